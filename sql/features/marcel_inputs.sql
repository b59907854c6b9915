-- grain: one row per season and player with a line on either side of the ball
-- $player_type's own counts are null for a player who has a line on the other side only: his opportunities there
-- still tell whether he is a pitcher who bats.
with

season_lines as (
    select * from core.season_lines
    where season between $first_season and $last_season
),

players as (select * from core.players),

own as (
    select * from season_lines
    where player_type = $player_type
),

opportunities as (
    select
        season,
        mlbam_id,
        coalesce(sum(opportunities) filter (where player_type = $player_type), 0)::integer as opportunities,
        coalesce(sum(opportunities) filter (where player_type <> $player_type), 0)::integer as other_opportunities
    from season_lines
    group by season, mlbam_id
),

final as (
    select
        opportunities.season,
        opportunities.mlbam_id,
        opportunities.opportunities,
        opportunities.other_opportunities,
        players.birth_date,
        own.g,
        own.gs,
        own.ab,
        own.h,
        own.single,
        own.double,
        own.triple,
        own.hr,
        own.bb,
        own.ibb,
        own.so,
        own.hbp,
        own.sf,
        own.sh,
        own.outs,
        own.er
    from opportunities
    left join own
        on opportunities.season = own.season and opportunities.mlbam_id = own.mlbam_id
    left join players
        on opportunities.mlbam_id = players.mlbam_id
    order by opportunities.season, opportunities.mlbam_id
)

select * from final
