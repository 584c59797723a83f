def listen() -> None:
    pass
