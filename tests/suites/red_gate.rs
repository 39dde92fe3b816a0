//! Each lesson's base fails the lesson's new scenarios, and so does the capstone's: a scenario that can't fail proves nothing.

use std::{fmt::Write as _, thread};

use course::{lessons, scenarios};
use suites::{assert_snapshot, fault};

#[test]
fn each_lessons_base_fails_its_new_scenarios() {
    let mut report = String::new();
    let capstone = lessons::capstone().unwrap();
    for lesson in lessons::all().unwrap().into_iter().chain([capstone]) {
        let Some(base) = lesson.base() else { continue };
        let base = &lessons::find(base).unwrap();
        writeln!(report, "{} on what {} adds", base.name, lesson.name).unwrap();
        let added = scenarios::of(&lesson).into_iter();
        let added = added.filter(|scenario| scenario.begins_with(&lesson));
        thread::scope(|threads| {
            let play = |scenario| (scenario, threads.spawn(move || fault(&scenario, base)));
            let playing: Vec<_> = added.map(play).collect();
            for (scenario, fault) in playing {
                writeln!(report, "  {}\n    {}", scenario.name, fault.join().unwrap()).unwrap();
            }
        });
    }
    assert_snapshot("red_gate", &report);
}
