//! How much memory this process may use.

use std::fs::read_to_string;

/// Where Linux says what a container may have, in its second and first way.
const LIMITS: [&str; 2] = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];
/// Taken where nothing is said.
const USUAL: u64 = 1 << 30;

/// Memory of the machine, or of the container if that is less, in bytes.
pub(super) fn available() -> u64 {
    let machine = read_to_string("/proc/meminfo").ok().and_then(|text| total(&text));
    let container = LIMITS.into_iter().filter_map(|path| read_to_string(path).ok()?.trim().parse().ok()).min();
    machine.into_iter().chain(container).min().unwrap_or(USUAL)
}

/// The line `MemTotal:  123 kB` of /proc/meminfo.
fn total(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_is_read() {
        assert_eq!(total("MemTotal:       24576 kB\nMemFree:  1 kB\n"), Some(24_576 << 10));
        assert_eq!(total("MemFree:  1 kB\n"), None);
        assert!(available() > 1 << 20);
    }
}
