"""Ground floor: clinics, staff and roles, services and prices, money, calendar, clock, audit."""
