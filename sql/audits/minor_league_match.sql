-- grain: one row per side of the ball and publisher of one season's minor-league lines: whose players are known
with players as (
    select * from staging.minor_players
),

final as (
    select
        $season::integer as season,
        player_type,
        source,
        count(*) as lines,
        sum(pa)::bigint as opportunities,
        coalesce(sum(pa) filter (where matched_by = 'id'), 0) / sum(pa) as by_id,
        coalesce(sum(pa) filter (where matched_by = 'name'), 0) / sum(pa) as by_name,
        coalesce(sum(pa) filter (where matched_by = 'several'), 0) / sum(pa) as several
    from players
    group by player_type, source
    order by player_type, source
)

select * from final
