//! Numbers for people to read.

/// Three significant digits: `1.23`, `45.6`, `789`, `12,300`.
pub fn short(value: f64) -> String {
    if value < 10.0 {
        return format!("{value:.2}");
    } else if value < 100.0 {
        return format!("{value:.1}");
    }
    let mut step = 1.0;
    while value / step >= 1_000.0 {
        step *= 10.0;
    }
    whole((value / step).round() * step)
}

/// A whole number, its digits in groups: `12,345`.
pub fn whole(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[test]
fn numbers_have_three_significant_digits() {
    let shown = [0.0, 1.234, 45.67, 123.4, 999.6, 12_345.0, 1_234_567.0].map(short);
    let expected = [
        "0.00",
        "1.23",
        "45.7",
        "123",
        "1,000",
        "12,300",
        "1,230,000",
    ];
    assert_eq!(shown, expected);
    assert_eq!(whole(12_345.0), "12,345");
}
