"""Mail: rendering, and delivery by SMTP or into a folder."""
