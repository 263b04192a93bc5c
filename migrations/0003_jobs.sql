-- Work that goes on after the answer. A job has entries, each done or failed on its own.
create table jobs (
    id        uuid        primary key, -- in the order of creation
    kind      text        not null,    -- what is done: ingest, ...
    input     json        not null,    -- what was asked, as its kind writes it
    priority  integer     not null default 0, -- higher first
    key_id    uuid        references api_keys, -- whose key asked for it
    stopping  boolean     not null default false, -- was cancelled: nothing more of it is begun
    -- How many entries are in each state; kept by a trigger on job_entries.
    queued    integer     not null default 0,
    running   integer     not null default 0,
    done      integer     not null default 0,
    failed    integer     not null default 0,
    cancelled integer     not null default 0,
    created   timestamptz not null default now(),
    finished  timestamptz -- no entry waits or runs any more
);

create table job_entries (
    job_id   uuid        not null references jobs on delete cascade,
    number   integer     not null check (number > 0),
    item_id  text collate "C",         -- of the item that it works on, if it works on one
    input    json        not null,     -- as the kind of the job writes it
    priority integer     not null,     -- of the job
    state    text        not null default 'queued' check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
    attempts integer     not null default 0, -- ever begun; what an attempt leaves behind is named by this number
    strikes  integer     not null default 0, -- begun since somebody asked for it
    due      timestamptz not null default now(), -- is not begun before
    worker   uuid,                     -- who has it
    lease    timestamptz,              -- until when, unless it is renewed
    progress bigint      not null default 0,
    total    bigint,
    unit     text,                     -- of progress and total: bytes, rows, ...
    result   json,
    error    text,                     -- in plain words
    modified timestamptz not null default now(),
    primary key (job_id, number),
    check ((state = 'running') = (worker is not null and lease is not null))
);
create index job_entries_waiting on job_entries (priority desc, job_id, number) where state = 'queued';
create index job_entries_running on job_entries (lease) where state = 'running';
create index job_entries_changed on job_entries (job_id, modified, number);
create index job_entries_open on job_entries (job_id, item_id) where state <> 'done';

-- Counts the entries of jobs by their states, and tells whoever waits for work or watches it.
create function count_job_entries() returns trigger language plpgsql as $$
declare
    job uuid;
begin
    -- Always in the same order, so that nobody waits for somebody who waits for him.
    for job in select distinct n.job_id from new_entries n join old_entries o on o.job_id = n.job_id and o.number = n.number
               where o.state <> n.state order by 1 loop
        perform from jobs where id = job for no key update;
        update jobs j set
            queued = j.queued + c.queued, running = j.running + c.running, done = j.done + c.done, failed = j.failed + c.failed,
            cancelled = j.cancelled + c.cancelled,
            finished = case when j.queued + c.queued + j.running + c.running = 0 then now() end
        from (select coalesce(sum(sign) filter (where state = 'queued'), 0) as queued,
                     coalesce(sum(sign) filter (where state = 'running'), 0) as running,
                     coalesce(sum(sign) filter (where state = 'done'), 0) as done,
                     coalesce(sum(sign) filter (where state = 'failed'), 0) as failed,
                     coalesce(sum(sign) filter (where state = 'cancelled'), 0) as cancelled
              from (select state, 1 as sign from new_entries where job_id = job
                    union all select state, -1 from old_entries where job_id = job) s) c
        where j.id = job;
        perform pg_notify('triptych_jobs', job::text);
    end loop;
    return null;
end $$;
create trigger job_entries_count after update on job_entries
    referencing old table as old_entries new table as new_entries for each statement execute function count_job_entries();

-- SHA-256 of the master's bytes as they came, and of the pyramid that was made of it.
alter table images add column master_sha256 bytea check (length(master_sha256) = 32);
alter table images add column pyramid_sha256 bytea check (length(pyramid_sha256) = 32);
