//! PostgreSQL refuses to run as root. A service that is root lends its cluster to an account without rights.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, chown},
    path::{Path, PathBuf},
};

use super::cluster::{ClusterError, io};

/// Who runs the private cluster in place of root: the first of these that the machine has.
const CANDIDATES: [&str; 2] = ["postgres", "nobody"];

/// An account without rights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub name: String,
    pub uid: u32,
    pub gid: u32,
}

/// The account to run PostgreSQL as: the owner of an existing `cluster`, else a candidate; `None` when our own will do.
pub(super) fn stand_in(cluster: &Path) -> Result<Option<Account>, ClusterError> {
    if our_uid() != 0 {
        return Ok(None);
    }
    if let Some(owned) = fs::metadata(cluster).ok().filter(|found| found.uid() != 0) {
        return Ok(Some(Account { name: format!("with the number {}", owned.uid()), uid: owned.uid(), gid: owned.gid() }));
    }
    let passwd = Path::new("/etc/passwd");
    let text = fs::read_to_string(passwd).map_err(io(passwd))?;
    CANDIDATES.iter().find_map(|name| account(&text, name)).map(Some).ok_or(ClusterError::NoAccount)
}

pub(super) fn our_uid() -> u32 {
    // SAFETY: geteuid takes nothing, touches no memory and cannot fail.
    unsafe { libc::geteuid() }
}

fn account(passwd: &str, name: &str) -> Option<Account> {
    let line = passwd.lines().find(|line| line.split(':').next() == Some(name))?;
    let mut fields = line.split(':').skip(2);
    let uid = fields.next()?.parse().ok().filter(|uid| *uid != 0)?;
    Some(Account { name: name.to_owned(), uid, gid: fields.next()?.parse().ok()? })
}

/// Whether `account` may go through a directory.
fn may_pass(directory: &fs::Metadata, account: &Account) -> bool {
    let bit = match directory {
        own if own.uid() == account.uid => 0o100,
        group if group.gid() == account.gid => 0o010,
        _ => 0o001,
    };
    directory.mode() & bit != 0
}

/// The outermost directory on the way to `path`, itself included, that `account` may not go through.
pub(super) fn closed_door(path: &Path, account: &Account) -> Option<PathBuf> {
    let mut doors: Vec<_> = path.ancestors().collect();
    doors.reverse();
    let shut = |door: &&Path| fs::metadata(door).is_ok_and(|found| !may_pass(&found, account));
    doors.into_iter().find(shut).map(Path::to_path_buf)
}

/// Lets `account`, and nobody else, go through a data directory that was closed to everyone but root.
pub(super) fn open_data_directory(data: &Path, account: &Account) -> Result<(), ClusterError> {
    let closed = |door| ClusterError::Closed { door, account: account.name.clone() };
    if let Some(door) = data.parent().and_then(|parent| closed_door(parent, account)) {
        return Err(closed(door));
    }
    let found = fs::metadata(data).map_err(io(data))?;
    if found.uid() == 0 && found.mode() & 0o077 == 0 {
        chown(data, None, Some(account.gid)).map_err(io(data))?;
        fs::set_permissions(data, fs::Permissions::from_mode(0o710)).map_err(io(data))?;
    }
    closed_door(data, account).map_or(Ok(()), |door| Err(closed(door)))
}

/// Makes `directory` readable for its owner alone, and `account`, if any, its owner.
pub(super) fn hand_over(directory: &Path, account: Option<&Account>) -> Result<(), ClusterError> {
    fs::set_permissions(directory, fs::Permissions::from_mode(0o700)).map_err(io(directory))?;
    match account {
        Some(account) => chown(directory, Some(account.uid), Some(account.gid)).map_err(io(directory)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str = "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65533:nobody:/:/bin/false\nbroken:x\n";

    #[test]
    fn accounts() {
        let nobody = Account { name: "nobody".into(), uid: 65534, gid: 65533 };
        assert_eq!(account(PASSWD, "nobody"), Some(nobody));
        for name in ["root", "broken", "postgres", "nob"] {
            assert_eq!(account(PASSWD, name), None, "{name}");
        }
    }

    #[test]
    fn a_closed_door_is_found() {
        let home = tempfile::tempdir().expect("directory");
        let inner = home.path().join("inner");
        fs::create_dir(&inner).expect("directory");
        let stranger = Account { name: "stranger".into(), uid: 4_000_000, gid: 4_000_000 };
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o700)).expect("mode");
        assert_eq!(closed_door(&inner, &stranger), Some(home.path().to_path_buf()));
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o711)).expect("mode");
        assert_eq!(closed_door(&inner, &stranger), None);
    }
}
