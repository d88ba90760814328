"""What price lists call the categories of which the presets speak by code.

A new clinic publishes a preset first and brings its price list later: implants must not become payable with points
because the list names them in Russian, and the rules that patients read must not speak in codes until then.
"""

# Russian and English, as the program's sentences say them while the price list has no such category.
TITLES = {
    "implantation": ("Имплантация", "Implantation"),
    "orthodontics": ("Ортодонтия", "Orthodontics"),
    "orthopaedics": ("Ортопедия", "Prosthetics"),
    "consultation": ("Консультации", "Consultations"),
    "care": ("Косметологический уход", "Cosmetology care"),
    "injections": ("Инъекции", "Injections"),
    "hardware": ("Аппаратные процедуры", "Hardware procedures"),
    "courses": ("Курсы процедур", "Courses"),
}

_NAMES = {
    "implantation": ("имплантация", "имплантология", "импланты", "implants"),
    "orthodontics": ("ортодонтия", "исправление прикуса", "брекеты и элайнеры"),
    "orthopaedics": ("ортопедия", "ортопедическая стоматология", "протезирование", "prosthetics"),
    "consultation": ("консультация", "консультации", "consultations"),
    "care": ("уход", "уходы", "косметологический уход", "уходовые процедуры", "cosmetology care"),
    "injections": ("инъекции", "инъекционная косметология", "инъекционные процедуры"),
    "hardware": ("аппаратные процедуры", "аппаратная косметология", "hardware procedures"),
    "courses": ("курсы", "курсы процедур"),
}
_CODES = {name: code for code, names in _NAMES.items() for name in names}


def preset_code(name: str) -> str | None:
    """`Имплантация` -> `implantation`; None for what no preset speaks of."""
    return _CODES.get(" ".join(name.split()).casefold())
