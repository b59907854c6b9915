-- grain: one row per minor-league line of `staging.minor_rows`: whose it is, and how that is known
-- The publishers give an id mostly to those who later reached the majors. Names and birth years find the others:
-- left out, the lines would hold only players who were to succeed.
with minor_rows as (
    select * from staging.minor_rows
),

register as (
    select
        key_mlbam,
        birth_year,
        lower(strip_accents(name_first || ' ' || name_last)) as name
    from raw.register
    where
        key_mlbam is not null
        and birth_year is not null
),

candidates as (
    select
        minor_rows.source_file,
        minor_rows.row,
        minor_rows.player_type,
        count(distinct register.key_mlbam) as people,
        any_value(register.key_mlbam) as mlbam_id,
        any_value(register.birth_year) as birth_year
    from minor_rows
    inner join register
        on
            minor_rows.name = register.name
            and minor_rows.season - register.birth_year between coalesce(minor_rows.age, 17) and
            coalesce(minor_rows.age + 1, 42)
    group by minor_rows.source_file, minor_rows.row, minor_rows.player_type
),

final as (
    select
        minor_rows.source_file,
        minor_rows.row,
        minor_rows.player_type,
        minor_rows.source,
        minor_rows.season,
        minor_rows.level,
        minor_rows.league,
        minor_rows.name,
        minor_rows.team,
        minor_rows.player_id,
        minor_rows.pa,
        minor_rows.is_of_rates,
        minor_rows.so,
        minor_rows.bb,
        minor_rows.hr,
        minor_rows.h,
        minor_rows.double,
        minor_rows.triple,
        minor_rows.g,
        minor_rows.gs,
        coalesce(minor_rows.mlbam, if(candidates.people = 1, candidates.mlbam_id, null)) as mlbam_id,
        case
            when minor_rows.mlbam is not null then 'id'
            when candidates.people = 1 then 'name'
            when candidates.people > 1 then 'several'
            else 'none'
        end as matched_by,
        coalesce(minor_rows.age, if(candidates.people = 1, minor_rows.season - candidates.birth_year, null))
            as age_found
    from minor_rows
    left join candidates
        on
            minor_rows.source_file = candidates.source_file
            and minor_rows.row = candidates.row
            and minor_rows.player_type = candidates.player_type
)

select * from final
