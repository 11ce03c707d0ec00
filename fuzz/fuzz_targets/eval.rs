#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| mirrorset_fuzz::run("eval", input));
