"""All that the clinics keep of one patient, as tables: the page and the file are made of the same ones.

Only the patient's own: relatives, friends and staff are not named. What is left out, and why, stands in
`tests/cabinet/test_own_data.py`, which knows every model that leads to a patient.
"""

from collections.abc import Callable, Iterator

from patients.cabinet.data_of_person import PERSON_TABLES, person_table
from patients.cabinet.data_of_points import POINTS_TABLES
from patients.cabinet.data_of_words import WORDS_TABLES
from patients.cabinet.data_table import Table
from patients.merged_cards import with_duplicates
from patients.models import Patient

TABLES: tuple[Callable[[list[int]], Table], ...] = (*PERSON_TABLES, *POINTS_TABLES, *WORDS_TABLES)


def own_data(patient: Patient) -> Iterator[Table]:
    """The person first. Titles in the language of the page. The same number of queries whatever there is.

    With what stayed on cards that were merged into this one.
    """
    yield person_table(patient)
    ids = with_duplicates(patient.pk)
    for table in TABLES:
        yield table(ids)
