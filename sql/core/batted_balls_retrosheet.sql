-- grain: one row per plate appearance of Retrosheet's regular season that ended with a ball in play or over the fence
-- The play is the event's text before its advances. Its fielder stands first in it ('63/G') or after a hit's, an
-- error's or a choice's letters ('S8/L', 'E6', 'FC5'); 99 is nobody known. A ball that nobody fielded, or of which it
-- is not told who, may still have a location among the modifiers ('HR/F78XD', 'DGR/L9LD'): an outfield gap (78, 89)
-- is the middle, on either side.
with endings as (
    select * from core.plate_appearances
    where
        season = $season
        and list_contains($months, month)
        and outcome not in (
            'strikeout',
            'strikeout_double_play',
            'walk',
            'intentional_walk',
            'hit_by_pitch',
            'catcher_interference'
        )
),

plays as (
    select
        gid,
        pn,
        split_part(event, '.', 1) as play
    from raw.retrosheet_plays
    where season = $season and list_contains($months, month(date))
),

told as (
    select
        gid,
        pn,
        case
            when play similar to '99.*' then ''
            else regexp_extract(play, '^(?:S|D|T|HR?|E|FC|FLE)?([1-9])', 1)
        end as fielder,
        regexp_extract(play, '/(?:B?[GLFP])?([1-9]{1,2})', 1) as zone
    from plays
),

-- One digit for the side of the field: the fielder's, or the location's when he is not told.
placed as (
    select
        gid,
        pn,
        try_cast(nullif(fielder, '') as tinyint) as fielder,
        case
            when fielder != '' then fielder
            when zone in ('78', '87', '89', '98') then '8'
            else zone[1]
        end as side
    from told
),

final as (
    select
        endings.season,
        endings.month,
        endings.game_id,
        endings.game_date,
        endings.source,
        endings.plate_appearance,
        endings.batter_id,
        endings.pitcher_id,
        endings.stand,
        endings.hit_type,
        endings.is_bunt,
        endings.outcome,
        placed.fielder,
        case
            when placed.side in ('5', '6', '7') then 'left'
            when placed.side in ('1', '2', '8') then 'middle'
            when placed.side in ('3', '4', '9') then 'right'
        end as direction
    from endings
    inner join placed on endings.game_id = placed.gid and endings.plate_appearance = placed.pn
)

select * from final
