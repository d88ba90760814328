"""How figures are worked out of counts and sums. Pure: whole kopecks, fractions, no floats; None is «unknown»."""
