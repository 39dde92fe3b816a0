//! A student's result as Classroom 50's autograder expects it: `result.json`.
//!
//! Source: "Advanced Autograding" in the wiki of Classroom 50.

use serde_json::{Map, Value, json};

use crate::results::{Checked, Class, Student, Verdict};

/// The result, or nothing if it says nothing about the student's work: a fault of the network or of this program is never
/// zero points. `environment` returns the value of a variable that Classroom 50 sets.
pub fn result(
    class: &Class,
    student: &Student,
    environment: impl Fn(&str) -> Option<String>,
) -> Option<Value> {
    if !student.outcome.state.is_graded() {
        return None;
    }
    let set = |name: &str| environment(name).filter(|value| !value.is_empty());
    let known = |name: &str| set(name).unwrap_or_default();
    let tests = tests(class, student);
    let sum = |field: &str| {
        let points = tests.iter().filter_map(|test| test[field].as_u64());
        points.sum::<u64>()
    };
    let mut result = Map::new();
    let mut add = |field: &str, value: Value| result.insert(field.to_owned(), value);
    add("schema", json!("classroom50/result/v1"));
    add("classroom", json!(known("CLASSROOM")));
    let assignment = set("ASSIGNMENT").unwrap_or_else(|| class.lesson.clone());
    add("assignment", json!(assignment));
    let kind = set("ASSIGNMENT_TYPE").unwrap_or_else(|| "individual".to_owned());
    add("assignment_type", json!(kind));
    let owner = set("OWNER").or_else(|| set("USERNAME"));
    add(
        "owner",
        json!(owner.unwrap_or_else(|| student.name.clone())),
    );
    add("submission", json!(known("SUBMISSION_TAG")));
    add("commit", json!(known("COMMIT_URL")));
    add("release", json!(known("RELEASE_URL")));
    let review = set("REVIEW_URL").unwrap_or_else(|| known("COMMIT_URL"));
    add("review", json!(review));
    if let Some(instant) = student.handed_in.as_deref().filter(|text| is_instant(text)) {
        add("datetime", json!(instant));
    }
    add("score", json!(sum("score")));
    add("max-score", json!(sum("max-score")));
    add("tests", json!(tests));
    Some(Value::Object(result))
}

/// A point for each scenario and each exercise. Those that can't be seen from outside are left out.
fn tests(class: &Class, student: &Student) -> Vec<Value> {
    let outcome = &student.outcome;
    let scenarios = class.scenarios.iter();
    let scenarios = scenarios.map(|scenario| {
        let verdict = verdict(&outcome.scenarios, &scenario.name);
        (scenario.title.clone(), verdict)
    });
    let exercises = class.exercises.iter().map(|name| {
        let verdict = verdict(&outcome.exercises, name);
        (format!("exercise {name}"), verdict)
    });
    scenarios
        .chain(exercises)
        .filter(|(_, verdict)| *verdict != Verdict::Unseen)
        .map(|(name, verdict)| {
            let passed = verdict == Verdict::Passed;
            json!({
                "test-name": name,
                "passed": passed,
                "score": u8::from(passed),
                "max-score": 1,
            })
        })
        .collect()
}

/// The verdict on a scenario. One that isn't in the results wasn't played.
fn verdict(results: &[Checked], name: &str) -> Verdict {
    let result = results.iter().find(|checked| checked.name == name);
    result.map_or(Verdict::NotPlayed, |checked| checked.verdict)
}

/// Whether it's an instant as in `2026-03-02T09:41:00Z`, with fractions of a second or without.
fn is_instant(text: &str) -> bool {
    let shape: String = text
        .chars()
        .map(|sign| if sign.is_ascii_digit() { '0' } else { sign })
        .collect();
    let Some(fraction) = shape.strip_prefix("0000-00-00T00:00:00") else {
        return false;
    };
    let digits = fraction
        .strip_prefix('.')
        .and_then(|it| it.strip_suffix('Z'));
    fraction == "Z" || digits.is_some_and(|it| !it.is_empty() && it.chars().all(|sign| sign == '0'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::{class, student};

    /// A result outside Classroom 50.
    fn alone(name: &str) -> Option<Value> {
        let class = class();
        result(&class, student(&class, name), |_| None)
    }

    #[test]
    fn a_result_has_the_fields_of_the_contract() {
        let class = class();
        let environment =
            |name: &str| Some(if name == "REVIEW_URL" { "" } else { name }.to_owned());
        let result = result(&class, student(&class, "Ana Muñoz"), environment).unwrap();
        let mut fields = result.as_object().unwrap().clone();
        let tests = fields.remove("tests").unwrap();
        assert_eq!(
            Value::Object(fields),
            json!({
                "schema": "classroom50/result/v1",
                "classroom": "CLASSROOM",
                "assignment": "ASSIGNMENT",
                "assignment_type": "ASSIGNMENT_TYPE",
                "owner": "OWNER",
                "submission": "SUBMISSION_TAG",
                "commit": "COMMIT_URL",
                "release": "RELEASE_URL",
                "review": "COMMIT_URL",
                "datetime": "2026-03-02T09:41:00Z",
                "score": 15,
                "max-score": 16,
            })
        );
        assert_eq!(tests.as_array().unwrap().len(), 16);
        assert_eq!(
            [&tests[0], &tests[15]],
            [
                &json!({"test-name": "the page is served", "passed": true, "score": 1, "max-score": 1}),
                &json!({"test-name": "exercise en_linea", "passed": false, "score": 0, "max-score": 1}),
            ]
        );
    }

    #[test]
    fn without_an_environment_the_class_says_whose_it_is() {
        let result = alone("Beto Núñez").unwrap();
        assert_eq!(result["owner"], "Beto Núñez");
        assert_eq!(result["assignment"], "06-broadcast");
        assert_eq!(result["assignment_type"], "individual");
        for field in ["classroom", "submission", "commit", "release", "review"] {
            assert_eq!(result[field], "", "{field}");
        }
        // The roster's time has no time zone.
        assert_eq!(result.get("datetime"), None);
    }

    #[test]
    fn only_a_students_own_fault_gives_no_points() {
        for (name, expected) in [
            ("Beto Núñez", Some((11, 16))),
            ("Eva Sanz", Some((7, 16))),
            ("pair-04", Some((0, 16))),
            ("pair-06", Some((0, 16))),
            ("=SUM(A1)", Some((0, 16))),
            // Two of its scenarios can't be seen at a URL.
            ("Fidel Ruiz", Some((14, 14))),
            ("pair-05", None),
            ("Gema Gil", None),
            ("Hugo Pla", None),
            ("Inés Rey", None),
        ] {
            let result = alone(name);
            let points = result.map(|it| (it["score"].clone(), it["max-score"].clone()));
            let expected = expected.map(|(score, of)| (json!(score), json!(of)));
            assert_eq!(points, expected, "{name}");
        }
    }

    #[test]
    fn instants_are_in_utc() {
        for text in ["2026-03-02T09:41:00Z", "2026-03-02T09:41:00.123Z"] {
            assert!(is_instant(text), "{text}");
        }
        for text in [
            "",
            "2026-03-02",
            "2026-03-02T09:41:00",
            "2026-03-02T09:41:00+02:00",
            "2026-03-02T09:41:00.Z",
        ] {
            assert!(!is_instant(text), "{text}");
        }
    }
}
