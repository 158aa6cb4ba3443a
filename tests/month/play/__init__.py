"""A month of a district, played on the application as it is."""
