"""CSV files as people upload them."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from candidates import importing

DANA = "Dana,Doe,dana@doe.example"


def people(count, *, start=0):
    """Return that many rows below a header, each somebody else."""
    rows = ["First name,Last name,Email,LinkedIn URL,Phone,City,Current title"]
    rows += [
        f"Person{n},Number{n},person{n}@people.example,"
        f"https://www.linkedin.com/in/person-{n},+1202555{n:04},Denver,Engineer"
        for n in range(start, start + count)
    ]
    return "\n".join(rows)


def data(text):
    return text if isinstance(text, bytes) else text.encode()


def file(text, name="people.csv"):
    return SimpleUploadedFile(name, data(text), content_type="text/csv")


def check(text, job):
    return importing.check(data(text), job)


def sheet_of(*rows, header="First name,Last name,Email"):
    return "\n".join([header, *rows])
