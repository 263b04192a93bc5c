//! CPU time of processes, as Linux tells it.

use std::collections::HashMap;
use std::process::{Child, Command};

/// Hundredths of a second: what a tick of /proc is on every Linux that matters (`getconf CLK_TCK`).
const TICK: f64 = 0.01;

/// One line of /proc/<pid>/stat.
struct Stat {
    name: String,
    parent: u32,
    /// Seconds, in user space and in the kernel.
    cpu: f64,
}

fn stat(pid: u32) -> Option<Stat> {
    let line = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in parentheses and may hold anything, parentheses too.
    let (before, after) = line.rsplit_once(')')?;
    let fields: Vec<&str> = after.split_whitespace().collect();
    let ticks = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
    Some(Stat { name: before.split_once('(')?.1.to_owned(), parent: fields.get(1)?.parse().ok()?, cpu: ticks * TICK })
}

/// A server and everything it started.
pub struct Processes {
    root: u32,
}

/// CPU seconds so far.
#[derive(Clone, Copy, Default)]
pub struct Cpu {
    /// Of the server itself.
    pub server: f64,
    /// Of its PostgreSQL.
    pub database: f64,
}

impl Processes {
    pub fn of(child: &Child) -> Self {
        Self { root: child.id() }
    }

    /// What they have used so far.
    pub fn cpu(&self) -> Cpu {
        let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        let all: HashMap<u32, Stat> = pids.filter_map(|pid| Some((pid, stat(pid)?))).collect();
        let mut cpu = Cpu::default();
        for (pid, stat) in &all {
            if self.descends(&all, *pid) {
                *(if stat.name == "postgres" { &mut cpu.database } else { &mut cpu.server }) += stat.cpu;
            }
        }
        cpu
    }

    fn descends(&self, all: &HashMap<u32, Stat>, pid: u32) -> bool {
        std::iter::successors(Some(pid), |pid| all.get(pid).map(|stat| stat.parent)).take(64).any(|pid| pid == self.root)
    }
}

/// Asks a process to end, and waits for it.
pub fn stop(child: &mut Child) {
    let asked = Command::new("kill").arg(child.id().to_string()).status();
    if !asked.is_ok_and(|status| status.success()) {
        let _ = child.kill();
    }
    let _ = child.wait();
}
