//! The page of the small class.

use super::*;
use crate::{
    report::fixture::class,
    results::{Points, Score},
};

#[test]
fn every_student_has_a_row_and_every_scenario_a_column() {
    let class = class();
    let page = page(&class);
    for student in &class.students {
        let row = format!(
            "<th scope=\"row\"><bdi class=\"name\">{}</bdi>",
            student.name
        );
        assert!(page.contains(&row), "{row}");
    }
    for scenario in class.scenarios.iter().filter(|scenario| scenario.new) {
        let head = format!("<span class=\"for-readers\">{}</span></th>", scenario.title);
        assert_eq!(page.matches(&head).count(), 1, "{head}");
    }
    // Five servers were tried, each with eight new scenarios and two exercises. The others have one wide cell.
    assert_eq!(page.matches("<td").count(), 5 * (8 + 1 + 2) + 7);
    assert!(page.contains("<td class=\"starts failed\">5/6</td>"));
    assert!(page.contains("<td class=\"starts passed\">5/5</td>"));
    assert!(page.contains("2 students pass all · 7 couldn't be tried</p>"));
}

#[test]
fn the_most_missed_come_first_with_their_shares() {
    let page = page(&class());
    let first = "<ol class=\"missed\"><li><span><span class=\"number\">4</span> a lone sender gets only the answer</span>\
                 <b>3 of 5</b><span class=\"bar-place\"><div class=\"bar\" style=\"--share: 60%\"></div></span></li>";
    assert!(page.contains(first), "{page}");
}

#[test]
fn nothing_that_a_student_wrote_is_obeyed() {
    let mut class = class();
    class.students[0].name = "<img src=x onerror=alert(1)>".to_owned();
    class.students[1].name = "\" onclick=\"x\u{202e}".to_owned();
    class.unknown = vec!["</style><b>".to_owned()];
    let student = &mut class.students[3];
    student.outcome.reason = Some("<i>\u{1b}[1m".to_owned());
    let page = page(&class);
    for sign in [
        "<img",
        "\" onclick",
        "</style><b>",
        "<i>",
        "\u{1b}",
        "\u{202e}",
        "<script>document",
    ] {
        assert!(!page.contains(sign), "{sign}");
    }
    assert!(page.contains("&lt;script&gt;document.title"));
    // The page's own, and no other.
    assert_eq!(page.matches("<script").count(), 1);
}

#[test]
fn a_class_can_be_empty() {
    let mut class = class();
    class.students.clear();
    class.scenarios.clear();
    class.exercises.clear();
    class.complete = false;
    let page = page(&class);
    assert!(page.contains(
        "0 students · 0 of 0 scenarios are new in this lesson · 0 students pass all · not finished"
    ));
    assert!(!page.contains(">Most missed<") && !page.contains(">Student by student<"));
}

#[test]
fn a_lesson_without_exercises_has_no_columns_for_them() {
    let mut class = class();
    class.exercises.clear();
    let none = Score::default();
    for student in &mut class.students {
        student.outcome.exercises.clear();
        let points = student.outcome.points;
        student.outcome.points = points.map(|points| Points {
            exercises: none,
            ..points
        });
    }
    assert!(!page(&class).contains("Exercises</"));
}
