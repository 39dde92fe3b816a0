//! What a person is told of a build.

use course::lessons::root;

use crate::make::Built;

/// Says that a book is there and where, and what is wrong with it.
pub fn say(built: &Built) {
    for fault in &built.faults {
        eprintln!("{fault}");
    }
    let folder = built.folder.strip_prefix(root()).unwrap_or(&built.folder);
    println!(
        "{} chapters in {:.1} s: {}{}",
        built.chapters,
        built.time.as_secs_f64(),
        folder.join("index.html").display(),
        match built.faults.len() {
            0 => String::new(),
            1 => ", with the fault above".to_owned(),
            count => format!(", with the {count} faults above"),
        }
    );
}
