-- grain: one row per line of a minor-league file of a season, every publisher's in the same columns
-- FanGraphs' export of rates has no counts: strikeouts and walks are the rate times plate appearances, home runs
-- HR/FB times the fly balls that GB/FB and LD% leave of the balls hit. That comes out 2.4 per cent too high (in every
-- season 2015-2024, r .997 with the counts), because hit batters and bunts are no such balls.
with batting as (
    select
        *,
        pa * (1 - "K%" - "BB%") * (1 - "LD%") / (1 + "GB/FB") as fly_balls
    from raw.milb_batting
    where
        season = $season
        -- The Mexican League was filed under AAA until 2020; its players are older and its parks higher. FanGraphs
        -- tells it by the team, StatsAPI by the league, and the export of rates not at all.
        and coalesce(team, '') <> 'MEX'
        and coalesce(league, '') <> 'Mexican League'
        and (
            so is not null
            or source_file || row not in (
                select rates.source_file || rates.row
                from raw.milb_batting as rates
                inner join raw.milb_batting as mexican
                    on
                        rates.source = mexican.source
                        and rates.season = mexican.season
                        and rates.player_id = mexican.player_id
                        and rates.level = mexican.level
                where mexican.team = 'MEX'
            )
        )
),

pitching as (
    select * from raw.milb_pitching
    where
        season = $season
        and coalesce(team, '') <> 'MEX'
        and coalesce(league, '') <> 'Mexican League'
),

batting_rows as (
    select
        'batter' as player_type,
        source,
        source_file,
        row,
        season,
        level,
        league,
        name,
        team,
        age,
        player_id,
        mlbam,
        pa,
        so is null as is_of_rates,
        coalesce(so, round("K%" * pa)) as so,
        coalesce(bb, round("BB%" * pa)) as bb,
        coalesce(hr, "HR/FB" * fly_balls / 1.024) as hr,
        h,
        "2B" as double,
        "3B" as triple,
        g,
        null::integer as gs
    from batting
),

pitching_rows as (
    select
        'pitcher' as player_type,
        source,
        source_file,
        row,
        season,
        level,
        league,
        regexp_replace(name, ' [RL]HP$', '') as name,
        team,
        age,
        player_id,
        mlbam,
        coalesce(tbf, pa) as pa,
        so is null as is_of_rates,
        coalesce(so, round("K%" * coalesce(tbf, pa))) as so,
        coalesce(bb, round("BB%" * coalesce(tbf, pa))) as bb,
        hr,
        h,
        "2B" as double,
        "3B" as triple,
        g,
        gs
    from pitching
),

final as (
    select * from batting_rows
    union all
    select * from pitching_rows
)

select
    * exclude (name),
    -- Savant writes `Last, First`; accents differ between publishers.
    lower(strip_accents(
        if(contains(name, ','), trim(split_part(name, ',', 2)) || ' ' || trim(split_part(name, ',', 1)), trim(name))
    )) as name
from final
where pa > 0
