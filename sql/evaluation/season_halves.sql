-- grain: one row per side of the ball and player of $season: counts before $split and from it on
with plate_appearances as (
    select
        *,
        game_date < $split as is_early
    from core.plate_appearances
    where season = $season
),

sides as (
    select
        'batter' as player_type,
        batter_id as mlbam_id,
        is_early,
        so,
        bb,
        hr,
        h
    from plate_appearances
    union all
    select
        'pitcher' as player_type,
        pitcher_id as mlbam_id,
        is_early,
        so,
        bb,
        hr,
        h
    from plate_appearances
),

final as (
    select
        player_type,
        mlbam_id,
        count_if(is_early)::integer as early_opportunities,
        (sum(so) filter (where is_early))::integer as early_so,
        (sum(bb) filter (where is_early))::integer as early_bb,
        (sum(hr) filter (where is_early))::integer as early_hr,
        (sum(h) filter (where is_early))::integer as early_h,
        count_if(not is_early)::integer as late_opportunities,
        (sum(so) filter (where not is_early))::integer as late_so,
        (sum(bb) filter (where not is_early))::integer as late_bb,
        (sum(hr) filter (where not is_early))::integer as late_hr,
        (sum(h) filter (where not is_early))::integer as late_h
    from sides
    group by player_type, mlbam_id
    order by player_type, mlbam_id
)

select * from final
