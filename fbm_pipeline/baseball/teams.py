"""Clubs: Retrosheet's codes and the abbreviations that MLB and Statcast write.

One club keeps one abbreviation for as long as it keeps its name: the Expos are MON, not WSH, and the Marlins of
Florida are FLA until 2011 and MIA after. The Angels are LAA throughout, whatever they called themselves before 2005.
Lahman's teams come here through its own `teamIDretro`.
"""

_CODES = (  # Retrosheet's:ours
    "ANA:LAA ARI:AZ ATH:ATH ATL:ATL BAL:BAL BOS:BOS CHA:CWS CHN:CHC CIN:CIN CLE:CLE COL:COL DET:DET FLO:FLA "
    "HOU:HOU KCA:KC LAN:LAD MIA:MIA MIL:MIL MIN:MIN MON:MON NYA:NYY NYN:NYM OAK:OAK PHI:PHI PIT:PIT SDN:SD "
    "SEA:SEA SFN:SF SLN:STL TBA:TB TEX:TEX TOR:TOR WAS:WSH"
)
RETROSHEET_TEAMS = {code: club for code, club in (pair.split(":") for pair in _CODES.split())}

TEAMS = tuple(sorted(RETROSHEET_TEAMS.values()))
