"""Pure decisions: what must be in a backup, what the operator has to hear, what is kept."""
