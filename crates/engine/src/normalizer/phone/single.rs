//! Rules 7 to 11 in their order: one number with words around it.
//!
//! Knows nothing of cells with several numbers, and never looks at the raw text.
use super::{
    PhoneNormalizer, Region, Rejection, Verdict, damage, labels, letters, lookalike,
    parse::{self, Reading},
    rescue,
};

impl PhoneNormalizer {
    /// One number with words around it.
    pub(super) fn single(&self, text: &str, region: Region) -> Verdict {
        let core = match labels::without_label(text) {
            Ok(core) => core,
            Err(why) => return Verdict::Reject(why),
        };
        let repaired = damage::repair(core);
        if core.len() < text.len()
            && let Some(why) = lookalike::refuse(&repaired)
        {
            return Verdict::Reject(why);
        }
        let carrier = labels::without_carrier_place(&repaired);
        let core = carrier.as_deref().unwrap_or(&repaired);
        let (number, note) = labels::split_note(core);
        let has_letters = number.contains(char::is_alphabetic);
        if note.is_empty() && !has_letters {
            return self.number(core, region);
        }
        if !has_letters && labels::may_cut(note) {
            let verdict = self.number(number, region);
            if matches!(verdict, Verdict::Accept(_) | Verdict::Reject(Rejection::Ambiguous)) {
                return verdict;
            }
        }
        if labels::has_extension(number) && labels::may_cut(note) {
            return self.with_extension(if note.is_empty() { core } else { number }, region);
        }
        self.spelled(core, region).unwrap_or_else(|| {
            let why = if has_letters && number.contains(' ') { Rejection::NoteWithDigits } else { Rejection::Letters };
            Verdict::Reject(why)
        })
    }

    /// The library must see an extension where we see one, or it dials the letters.
    fn with_extension(&self, text: &str, region: Region) -> Verdict {
        match self.number(text, region) {
            Verdict::Accept(phone) | Verdict::Unverified(phone) if phone.extension.is_empty() => {
                Verdict::Reject(Rejection::NoteWithDigits)
            }
            verdict => verdict,
        }
    }

    fn spelled(&self, text: &str, region: Region) -> Option<Verdict> {
        let spelled = letters::spelled(text)?;
        let reading = parse::valid(self.library(), &spelled.digits, region)?;
        let fits = spelled.letters_last || reading.calling_code() == 1;
        let fits = fits && reading.may_be_spelled() && !reading.has_extension();
        fits.then(|| Verdict::Accept(reading.phone()))
    }

    /// One number, no words: the library's reading, then the rescues, then the reason.
    pub(super) fn number(&self, text: &str, region: Region) -> Verdict {
        let reading = parse::read(self.library(), text, region);
        if let Ok(reading) = &reading
            && reading.is_valid()
        {
            return self.own_code(text, region, reading);
        }
        if let Some(reading) = rescue::rescue(self.library(), text, region) {
            return Verdict::Accept(reading.phone());
        }
        match reading.and_then(|reading| reading.possible().map(|()| reading.phone())) {
            Err(why) => Verdict::Reject(why),
            Ok(_) if !text.contains('+') => Verdict::Reject(Rejection::InvalidRange),
            Ok(phone) if lookalike::is_repeated(&phone.e164) => Verdict::Reject(Rejection::Filler),
            Ok(phone) => Verdict::Unverified(phone),
        }
    }

    /// Rule 11: the region's own calling code without a plus, where the digits are also a valid
    /// national number (`4915123456789` in Germany). A mobile beats a landline, else nobody knows.
    fn own_code(&self, text: &str, region: Region, national: &Reading<'_>) -> Verdict {
        let accept = |reading: &Reading<'_>| Verdict::Accept(reading.phone());
        let starts_with_digit = text.starts_with(|c| matches!(c, '1'..='9'));
        if !starts_with_digit || text.contains('+') {
            return accept(national);
        }
        let code = national.calling_code().to_string();
        let digits: String = text.chars().filter(char::is_ascii_digit).take(3).collect();
        if !digits.starts_with(&code) {
            return accept(national);
        }
        match parse::valid(self.library(), &format!("+{text}"), region) {
            Some(abroad) if abroad.digits() == national.digits() => accept(national),
            Some(abroad) if abroad.is_mobile() && !national.is_mobile() => accept(&abroad),
            Some(_) => Verdict::Reject(Rejection::Ambiguous),
            None => accept(national),
        }
    }
}
