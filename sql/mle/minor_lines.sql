-- grain: one row per season, level and minor-league player of one side of the ball, AAA and AA only
-- other_pa: what he had on the other side of the ball, all levels together, which tells a pitcher who bats.
with minor_lines as (
    select * from core.minor_lines
    where season between $first_season and $last_season
),

own as (
    select * from minor_lines
    where
        player_type = $player_type
        and level in ('AAA', 'AA')
),

other_side as (
    select
        season,
        mlbam_id,
        sum(pa) as other_pa
    from minor_lines
    where
        player_type <> $player_type
        and mlbam_id is not null
    group by season, mlbam_id
),

players as (
    select * from core.players
),

final as (
    select
        own.season,
        own.level,
        coalesce(own.mlbam_id, 0) as mlbam_id,
        own.age,
        players.birth_date,
        own.club,
        own.pa,
        own.so,
        own.bb,
        own.hr,
        own.h,
        own.double,
        own.triple,
        own.pa as so_pa,
        own.pa as bb_pa,
        own.hr_pa,
        own.h_pa,
        own.h_pa as double_pa,
        own.h_pa as triple_pa,
        own.games,
        own.starts,
        coalesce(other_side.other_pa, 0) as other_pa
    from own
    left join other_side
        on
            own.season = other_side.season
            and own.mlbam_id = other_side.mlbam_id
    left join players on own.mlbam_id = players.mlbam_id
    order by own.season, own.level, own.line_id
)

select * from final
