"""docs/conformance.md says what the tests do today, and no cell of its table is empty."""

import conformance_page as page


def test_the_page_is_of_today():
    text = page.PAGE.read_text()
    for part, made in page.parts():
        assert page.put(text, part, made) == text, f"{part}: run tests/support/conformance_page.py"


def test_no_cell_is_empty():
    table = [line for line in page.constructs().splitlines() if line.startswith("| ")][2:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table if not line.startswith("| **")]
    assert len(rows) >= 80
    assert all(cell for row in rows for cell in row)
    assert len(rows) * len(page.SITUATIONS) >= 300
