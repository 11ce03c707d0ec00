//! Numbers against what `terraform console` 1.11.4 answers, and against each other.

use std::cmp::Ordering;

use proptest::prelude::*;

use super::{Number, NumberError};

fn number(text: &str) -> Number {
    Number::parse(text).expect("a number")
}

#[test]
fn numerals_are_parsed_as_in_terraform() {
    for (text, printed) in [
        ("0", "0"),
        ("-0", "-0"),
        ("+5", "5"),
        ("00012", "12"),
        ("1.", "1"),
        (".5", "0.5"),
        ("1e5", "100000"),
        ("1E-7", "0.0000001"),
        ("1p3", "8"),
        ("1.5p1", "3"),
        ("inf", "+Inf"),
        ("-Inf", "-Inf"),
        ("1e999999999", "+Inf"),
        ("-1e999999999", "-Inf"),
        ("1e-999999999", "0"),
        ("9223372036854775808", "9223372036854775808"),
        ("100000000000000000000", "100000000000000000000"),
        ("0.1", "0.1"),
    ] {
        assert_eq!(number(text).to_string(), printed, "{text}");
    }
    for text in [
        "",
        "-",
        ".",
        "1e",
        "0x10",
        "1_000",
        " 5",
        "5 ",
        "1e5.5",
        "--1",
        "NaN",
        "1e99999999999999999999",
    ] {
        assert_eq!(Number::parse(text), Err(NumberError::NotANumber), "{text}");
    }
}

#[test]
fn long_numerals_print_in_full() {
    assert_eq!(number("1e400").to_string(), format!("1{}", "0".repeat(400)));
    assert_eq!(number("1e-300").to_string(), format!("0.{}1", "0".repeat(299)));
}

#[test]
fn huge_numerals_are_rejected_quickly() {
    for text in ["1e600000000", "1e-600000000", &"9".repeat(1_000_000)] {
        assert_eq!(Number::parse(text), Err(NumberError::OutOfRange));
    }
    let mut big = number("1e1000");
    while let Ok(square) = big.mul(&big) {
        big = square;
    }
    assert!(big.to_string().len() < 100_000);
}

#[test]
fn arithmetic_has_512_bits_of_precision() {
    let sum = number("0.1").add(&number("0.2")).expect("a sum");
    assert_eq!(sum.to_string(), "0.3");
    assert_eq!(sum, number("0.3"));
    let third = number("1").div(&number("3")).expect("a quotient");
    assert_eq!(third.to_string(), format!("0.{}5", "3".repeat(154)));
    assert_eq!(third.mul(&number("3")), Ok(number("1")));
    let sum = number("9007199254740993").add(&number("1"));
    assert_eq!(sum, Ok(number("9007199254740994")));
    let product = number("123456789012345678901234567890").mul(&number("987654321098765432109876543210"));
    assert_eq!(
        product.map(|product| product.to_string()).as_deref(),
        Ok("121932631137021795226185032733622923332237463801111263526900")
    );
}

/// `length([1]) / length([1, 2, 3])` has 64 bits only.
#[test]
fn counts_have_64_bits_of_precision() {
    let third = Number::from_count(1)
        .div(&Number::from_count(3))
        .expect("a quotient");
    assert_eq!(third.to_string(), "0.33333333333333333334");
    let tenth = Number::from_count(3).mul(&number("0.1")).expect("a product");
    assert_eq!(tenth.to_string(), "0.3");
}

#[test]
fn other_bases_are_parsed_exactly() {
    let read = |text: &str, radix| Number::from_radix(text, radix).map(|whole| whole.to_string());
    assert_eq!(read("00FF", 16).as_deref(), Ok("255"));
    assert_eq!(read("-zZ", 36).as_deref(), Ok("-1295"));
    assert_eq!(read("zZ", 62).as_deref(), Ok("2231"));
    assert_eq!(
        read(&"f".repeat(20), 16).as_deref(),
        Ok("1208925819614629174706175")
    );
    for (text, radix) in [
        ("", 10),
        ("-", 10),
        ("12", 2),
        ("1_0", 10),
        ("1", 1),
        ("1", 63),
        ("Z", 35),
    ] {
        assert_eq!(read(text, radix), Err(NumberError::NotANumber));
    }
    let third = Number::from_radix("1", 10).and_then(|one| one.div(&Number::from_count(3)));
    assert_eq!(
        third.map(|third| third.to_string()).as_deref(),
        Ok("0.33333333333333333334")
    );
}

#[test]
fn zero_has_a_sign() {
    assert_eq!(number("0").neg().to_string(), "-0");
    assert_eq!(
        number("0")
            .mul(&number("-1"))
            .map(|zero| zero.to_string())
            .as_deref(),
        Ok("-0")
    );
    assert_eq!(number("-0"), number("0"));
    assert_eq!(
        number("1")
            .sub(&number("1"))
            .map(|zero| zero.to_string())
            .as_deref(),
        Ok("0")
    );
    assert_eq!(number("-0.5").ceil().to_string(), "0");
}

#[test]
fn a_division_by_zero_is_infinite() {
    let divided = |left: &str, right: &str| {
        number(left)
            .div(&number(right))
            .map(|quotient| quotient.to_string())
            .map_err(|error| error.to_string())
    };
    assert_eq!(divided("1", "0").as_deref(), Ok("+Inf"));
    assert_eq!(divided("-1", "0").as_deref(), Ok("-Inf"));
    assert_eq!(divided("1", "inf").as_deref(), Ok("0"));
    assert_eq!(
        divided("0", "0").map_err(|error| error.clone()),
        Err("can't divide zero by zero or infinity by infinity".to_owned())
    );
}

#[test]
fn the_remainder_has_the_sign_of_the_dividend() {
    for (left, right, remainder) in [
        ("7.5", "2", "1.5"),
        ("-7.5", "2", "-1.5"),
        ("-7", "0.5", "0"),
        ("7.5", "0", "7.5"),
        ("7", "0", "7"),
        ("1e30", "7", "1"),
        ("-7", "3", "-1"),
    ] {
        let result = number(left).rem(&number(right)).expect("a remainder");
        assert_eq!(result.to_string(), remainder, "{left} % {right}");
    }
}

#[test]
fn numbers_are_rounded_in_each_direction() {
    for (text, floor, ceil, cut) in [
        ("-0.5", "-1", "0", "0"),
        ("1.5", "1", "2", "1"),
        ("3", "3", "3", "3"),
    ] {
        let given = number(text);
        assert_eq!(given.floor().to_string(), floor);
        assert_eq!(given.ceil().to_string(), ceil);
        assert_eq!(given.truncate().to_string(), cut);
    }
}

#[test]
fn machine_floats_keep_their_53_bits() {
    let tenth = Number::from_f64(0.1).expect("finite");
    assert_eq!(tenth.to_string(), "0.1");
    assert_eq!(Number::from_f64(f64::NAN), None);
    // As `pow(2, 60) + pow(2, 1)` and `pow(2, 40) * pow(2, 20)` print, and `pow(2, 60) + 1`.
    let power = |exponent| Number::from_f64(2_f64.powi(exponent)).expect("finite");
    let printed = |result: Result<Number, NumberError>| result.expect("a number").to_string();
    assert_eq!(printed(power(60).add(&power(1))), "1152921504606847000");
    assert_eq!(printed(power(40).mul(&power(20))), "1152921504606847000");
    assert_eq!(printed(power(60).add(&number("1"))), "1152921504606846977");
    assert_eq!(
        Number::from_f64(2_f64.powi(600))
            .expect("finite")
            .to_string()
            .len(),
        181
    );
}

#[test]
fn sort_text_has_ten_digits() {
    for (text, printed) in [
        ("12345678901", "1.23456789e+10"),
        ("100000000000000000000", "1e+20"),
        ("0.00001", "1e-05"),
        ("0.0001", "0.0001"),
        ("1.5", "1.5"),
        ("100", "100"),
        ("9999999999", "9999999999"),
        ("99999999990", "9.999999999e+10"),
        ("999999999999", "1e+12"),
    ] {
        assert_eq!(number(text).sort_text(), printed);
    }
}

prop_compose! {
    fn decimals()(whole in any::<i64>(), fraction in 0_u64..1_000_000_000, exponent in -40_i32..40) -> String {
        format!("{whole}.{fraction}e{exponent}")
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn printed_numbers_parse_to_the_same_number(text in decimals()) {
        let given = number(&text);
        let again = number(&given.to_string());
        prop_assert_eq!(given.compare(&again), Ordering::Equal);
        prop_assert_eq!(given.to_string(), again.to_string());
    }

    #[test]
    fn small_integers_and_big_floats_agree(left in any::<i64>(), right in any::<i64>()) {
        let (short_left, short_right) = (Number::from_i64(left), Number::from_i64(right));
        // Adding and subtracting a half forces big floats.
        let half = number("0.5");
        let long = short_left.add(&half).and_then(|left| {
            let right = short_right.sub(&half)?;
            left.add(&right)
        });
        prop_assert_eq!(short_left.add(&short_right), long);
        let exact = i128::from(left) * i128::from(right);
        let product = short_left.mul(&short_right).expect("a product");
        prop_assert_eq!(product, number(&exact.to_string()));
        prop_assert_eq!(short_left.compare(&short_right), left.cmp(&right));
        if right != 0 {
            let remainder = i128::from(left) % i128::from(right);
            prop_assert_eq!(short_left.rem(&short_right), Ok(number(&remainder.to_string())));
        }
    }

    #[test]
    fn comparison_agrees_with_subtraction(left in decimals(), right in decimals()) {
        let (left, right) = (number(&left), number(&right));
        let sign = left.sub(&right).expect("a difference").sign();
        prop_assert_eq!(left.compare(&right), sign.cmp(&0));
    }

    #[test]
    fn any_text_is_parsed_or_rejected(text in "[-+.0-9epinfIN]{0,12}|\\PC*") {
        if let Ok(given) = Number::parse(&text) {
            let _ = given.floor();
            prop_assert_eq!(given.neg().neg().to_string(), given.to_string());
        }
    }
}
