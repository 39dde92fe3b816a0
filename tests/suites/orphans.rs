//! There are no unused snapshots: a test asserts each one.

use std::{collections::BTreeSet, env, fs, path::Path};

use course::lessons::root;

#[test]
fn every_snapshot_is_asserted() {
    let list = env::var("INSTA_SNAPSHOT_REFERENCES_FILE");
    let list = list.expect("`just ci` sets the file in which insta lists the asserted snapshots");
    let list = fs::read_to_string(list).unwrap();
    let asserted: BTreeSet<_> = list
        .lines()
        .filter_map(|path| Path::new(path).file_name())
        .collect();
    let snapshots = fs::read_dir(root().join("tests/snapshots")).unwrap();
    let orphans: Vec<_> = snapshots
        .map(|file| file.unwrap().file_name())
        .filter(|name| !asserted.contains(&**name))
        .collect();
    assert!(orphans.is_empty(), "no test asserts {orphans:?}");
}
