// Seeded randomness, a fixed clock and the vector loader live here.
