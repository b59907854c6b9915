"""The clubs, with the code that each source knows them by, and their parks.

Belongs here: names and codes. Not here: rosters, and how a park plays (`talent` draws that).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Club:
    """One club. Retrosheet, Lahman, Statcast and Baseball-Reference each have a code of their own."""

    retro: str
    lahman: str
    statcast: str
    bbref: str
    league: str
    name: str
    park_id: str
    park_name: str


def _clubs(text: str) -> tuple[Club, ...]:
    return tuple(Club(*(part.strip() for part in line.split("|"))) for line in text.strip().splitlines())


# The clubs whose codes differ between sources come first, so that the smallest league has them.
CLUBS = _clubs("""
ANA|LAA|LAA|LAA|AL|Los Angeles Angels|ANA01|Angel Stadium
CHN|CHN|CHC|CHC|NL|Chicago Cubs|CHI11|Wrigley Field
NYA|NYA|NYY|NYY|AL|New York Yankees|NYC21|Yankee Stadium III
COL|COL|COL|COL|NL|Colorado Rockies|DEN02|Coors Field
KCA|KCA|KC|KCR|AL|Kansas City Royals|KAN06|Kauffman Stadium
LAN|LAN|LAD|LAD|NL|Los Angeles Dodgers|LOS03|Dodger Stadium
TBA|TBA|TB|TBR|AL|Tampa Bay Rays|STP01|Tropicana Field
ARI|ARI|AZ|ARI|NL|Arizona Diamondbacks|PHO01|Chase Field
CHA|CHA|CWS|CHW|AL|Chicago White Sox|CHI12|Guaranteed Rate Field
SDN|SDN|SD|SDP|NL|San Diego Padres|SAN02|Petco Park
BOS|BOS|BOS|BOS|AL|Boston Red Sox|BOS07|Fenway Park II
SLN|SLN|STL|STL|NL|St. Louis Cardinals|STL10|Busch Stadium III
SEA|SEA|SEA|SEA|AL|Seattle Mariners|SEA03|T-Mobile Park
SFN|SFN|SF|SFG|NL|San Francisco Giants|SFO03|Oracle Park
TOR|TOR|TOR|TOR|AL|Toronto Blue Jays|TOR02|Rogers Centre
NYN|NYN|NYM|NYM|NL|New York Mets|NYC20|Citi Field
""")


# Log-odds by which Coors Field raises home runs, singles, doubles and triples, on top of the draw that every park gets.
HITTERS_PARK = {"DEN02": (0.20, 0.10, 0.15, 0.35)}
