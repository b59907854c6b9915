-- grain: one row per play of Retrosheet's regular season, in order, with what is needed to follow runners through it
-- Since 2020 a runner stands on second when an extra inning begins; games of doubleheaders were scheduled for seven
-- innings in 2020 and 2021. `silent` tells of runners who moved in a row that the file leaves out: the pitch string
-- marks plays between pitches (a point not at its start, where substitutions stand) oftener than there are rows. Since
-- 2023 it marks so much else that believing it does harm.
with plays as (
    select *
    from raw.retrosheet_plays
    where season = $season and gametype = 'regular' and list_contains($months, month(date))
),

scheduled as (
    select
        gid,
        innings
    from raw.retrosheet_gameinfo
    where season = $season
),

ordered as (
    select
        plays.gid,
        plays.pn,
        plays.event,
        plays.pa,
        plays.inning,
        plays.top_bot,
        plays.runs,
        plays.outs_post - plays.outs_pre as outs_made,
        ltrim(coalesce(plays.pitches, ''), '.*+123>') as pitches,
        coalesce(lag(plays.inning * 2 + plays.top_bot) over game != plays.inning * 2 + plays.top_bot, true) as new_half,
        sum(plays.pa) over (game rows between unbounded preceding and 1 preceding) as turn
    from plays
    window game as (partition by plays.gid order by plays.pn)
),

final as (
    select
        ordered.gid,
        ordered.pn,
        ordered.event,
        ordered.pa,
        ordered.top_bot,
        ordered.runs,
        ordered.outs_made,
        ordered.new_half,
        ordered.inning > coalesce(scheduled.innings, 9) and $season >= 2020 as placed_runner,
        ordered.pa = 1 and $season < 2023 and length(ordered.pitches) - length(replace(ordered.pitches, '.', ''))
        > count(*) over (partition by ordered.gid, ordered.inning, ordered.top_bot, ordered.turn) - 1 as silent
    from ordered
    left join scheduled on ordered.gid = scheduled.gid
    order by ordered.gid, ordered.pn
)

select * from final
