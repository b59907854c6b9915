-- grain: one row per side of the ball and player with a vector as of a season who played in the season before it
with vectors as (
    select * from models.player_vectors
    where cutoff = $cutoff and season = $season
),

lines as (
    select * from core.season_lines
    where season = $season - 1
),

players as (
    select * from core.players
),

final as (
    select
        vectors.player_type,
        vectors.mlbam_id,
        players.name,
        vectors.mean,
        lines.opportunities,
        lines.so,
        lines.bb,
        lines.hr
    from vectors
    inner join lines
        on vectors.mlbam_id = lines.mlbam_id and vectors.player_type = lines.player_type
    inner join players
        on vectors.mlbam_id = players.mlbam_id
    order by vectors.player_type, vectors.mlbam_id
)

select * from final
