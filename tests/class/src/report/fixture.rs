//! A small class in which every state occurs. The browser's trial shows the same one.

use crate::results::{Class, Student};

/// The class.
pub fn class() -> Class {
    serde_json::from_str(include_str!("../../fixture/class.json")).unwrap()
}

/// A student of the class.
pub fn student<'a>(class: &'a Class, name: &str) -> &'a Student {
    let mut students = class.students.iter();
    students.find(|student| student.name == name).unwrap()
}
