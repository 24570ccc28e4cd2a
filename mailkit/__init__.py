"""Everything about mail and nothing about our database: no Django here."""
