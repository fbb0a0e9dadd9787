"""All SQL of this room that writes or locks, a file for each noun: waves and picks, packs, handovers."""
