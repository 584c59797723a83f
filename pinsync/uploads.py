"""Uploads are limited before they are stored anywhere."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile

MAX_REQUEST = 6 * 1024 * 1024  # bytes of a form with its files


class Limit(FileUploadHandler):
    """Leave out the files of a form that is too large; its fields are still read.

    The view finds the size in ``request.refused_upload`` and says what is allowed.
    """

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, *args: Any, **kwargs: Any
    ) -> None:
        self.size = content_length

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self.size > MAX_REQUEST:
            self.request.refused_upload = self.size  # type: ignore[union-attr]
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data  # for the handlers after this one

    def file_complete(self, file_size: int) -> None:
        return None
