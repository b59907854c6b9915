"""One day of pitches from Baseball Savant over HTTP: the request and the checks of what came back.

Not here: retries (download.py), which days to ask for and where they are kept (fetch.py). Savant answers errors with
status 200 and a web page, cuts long answers without a word, and sends "Query Timeout" as a one-column table; each is
an error here.
"""

import csv
import datetime as dt
import io
from collections.abc import Callable

import requests

from fbm_pipeline.sources.download import TIMEOUT, ask
from fbm_pipeline.sources.errors import SourceError
from fbm_pipeline.sources.statcast import REQUIRED

BASE_URL = "https://baseballsavant.mlb.com"
ROW_LIMIT = 25_000  # Savant has cut answers at 25,000 and more rows; a full day of games has about 5,000


def download_day(
    day: dt.date,
    *,
    session: requests.Session,
    base_url: str = BASE_URL,
    sleep: Callable[[float], None],
    timeout: float = TIMEOUT,
) -> bytes:
    """The raw CSV of one day's regular-season pitches.

    Asks again as `download.ask` does. Raises SourceError when no attempt succeeds, for any status but 200, and for an
    answer that does not call itself CSV.
    """
    url = f"{base_url}/statcast_search/csv"
    query = {
        "all": "true",
        "type": "details",
        "hfGT": "R|",
        "player_type": "pitcher",
        "group_by": "name",
        "min_pitches": "0",
        "min_results": "0",
        "sort_col": "pitches",
        "sort_order": "desc",
        "game_date_gt": day.isoformat(),
        "game_date_lt": day.isoformat(),
    }
    response = ask(url, query, what=day.isoformat(), expected="a CSV", session=session, sleep=sleep, timeout=timeout)
    return _body(response, day)


def _body(response: requests.Response, day: dt.date) -> bytes:
    kind = response.headers.get("content-type", "").lower()
    if not ("csv" in kind or "octet-stream" in kind) or response.content.lstrip()[:1] == b"<":
        raise SourceError(
            response.url,
            f"{day}: the answer is not CSV, though its status is 200",
            found=f"content type {kind!r}, text {response.text.strip()[:60]!r}",
            expected="text/csv",
            next_step="open the address in a browser to read why; run the same command later",
        )
    return response.content


def count_rows(body: bytes, day: dt.date, url: str = BASE_URL) -> int:
    """Rows of a downloaded day, 0 for a day without games.

    Raises SourceError when required columns are missing, a row is cut, a row is of another day, or there are so many
    rows that the answer may have been cut.
    """
    rows = csv.reader(io.StringIO(body.decode("utf-8-sig")))
    header = next(rows, [])
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        raise SourceError(
            url,
            f"{day}: the header has changed or is an error: missing {', '.join(missing)}",
            found=", ".join(header[:8]),
            expected="Savant's column names",
            next_step="run the same command later; if it stays, the layout in sources/statcast.py must learn the names",
        )
    place, count = header.index("game_date"), 0
    for count, row in enumerate(rows, start=1):
        if len(row) != len(header) or row[place] != day.isoformat():
            raise SourceError(
                url,
                f"{day}: a row is cut or of another day",
                row=count,
                found=f"{len(row)} values, game_date {row[place] if len(row) > place else 'absent'}",
                expected=f"{len(header)} values, game_date {day}",
                next_step="run the same command again",
            )
    if count >= ROW_LIMIT:
        raise SourceError(
            url,
            f"{day}: so many rows that the answer may have been cut",
            found=f"{count} rows",
            expected=f"fewer than {ROW_LIMIT}",
            next_step="ask for the day by hand, team by team",
        )
    return count
