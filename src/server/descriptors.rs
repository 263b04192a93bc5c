//! File descriptors: each connection needs one, and systems begin with few.

/// What the rest of the service needs besides connections: files, the database, the storage.
const OTHERS: u64 = 200;

/// Asks for as many file descriptors as this process may have, and says so if they do not do for `connections`.
pub fn raise(connections: u32) {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the call fills in the structure that it is given, and nothing else.
    if unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) } != 0 {
        return;
    }
    let wanted = libc::rlimit { rlim_cur: limit.rlim_max, ..limit };
    // SAFETY: the call reads the structure that it is given, and nothing else.
    let raised = unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const wanted) } == 0;
    let open = if raised { wanted.rlim_cur } else { limit.rlim_cur };
    if open < u64::from(connections) + OTHERS {
        tracing::warn!("{open} open files do not do for {connections} connections; raise the limit (ulimit -n) or lower max_connections");
    }
}
