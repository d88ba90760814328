SHOWN_PATIENTS: tuple = ()
