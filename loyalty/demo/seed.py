from datetime import datetime

from loyalty.demo.clinics import open_clinics


def seed(*, patients: int, at: datetime, show_progress: bool) -> None:
    open_clinics()
