//! Behaviour the documents leave open, one setting each. Every default is the plainest reading of the documents.
//!
//! Nothing here breaks a documented promise; that is what `faults` are for.

use serde::{Deserialize, Serialize};

use crate::contact::Field;

/// How this server fills the gaps in the documents. Each field is an undocumented choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Choices {
    /// Where the summary of a bulk call stands.
    pub bulk_place: BulkPlace,
    /// How a bulk summary shows the rows that worked.
    pub bulk_rows: BulkRows,
    /// How a bulk summary shows the rows that failed.
    pub bulk_failures: BulkFailures,
    /// What a bulk update does to fields its row leaves out.
    pub bulk_omitted: BulkOmitted,
    /// What one bad row does to its bulk call.
    pub bulk_bad_row: BadBulkRow,
    /// How a bulk call over 5,000 rows is refused.
    pub bulk_too_many_rows: TooManyRows,
    /// What POST does with a phone that another contact has.
    pub create_on_existing_phone: ExistingPhone,
    /// What PUT does with a phone that another contact has.
    pub update_to_existing_phone: ExistingPhone,
    /// Fields POST insists on. A bulk row always needs a phone, for it is matched by it.
    pub required_on_create: Vec<Field>,
    /// What an undefined custom field does to a write.
    pub undefined_custom_field: UndefinedCustomField,
    /// What `custom_fields` in an update does to the keys it leaves out.
    pub custom_fields_update: CustomFieldsUpdate,
    /// Which values clear a field in an update.
    pub clearing: Clearing,
    /// How an answer shows a field without a value.
    pub empty_fields: EmptyFields,
    /// The order of a list.
    pub list_order: ListOrder,
    /// What a page after the last one answers.
    pub page_beyond_end: PageBeyondEnd,
    /// What DELETE answers.
    pub delete_answer: DeleteAnswer,
    /// What PUT answers.
    pub update_answer: UpdateAnswer,
    /// Largest request body in bytes; a larger one is refused with 413.
    pub max_body_bytes: Option<usize>,
    /// Whether a new contact may get the id of a deleted one.
    pub reuse_ids: bool,
}

impl Default for Choices {
    fn default() -> Self {
        Self {
            bulk_place: BulkPlace::default(),
            bulk_rows: BulkRows::default(),
            bulk_failures: BulkFailures::default(),
            bulk_omitted: BulkOmitted::default(),
            bulk_bad_row: BadBulkRow::default(),
            bulk_too_many_rows: TooManyRows::default(),
            create_on_existing_phone: ExistingPhone::default(),
            update_to_existing_phone: ExistingPhone::default(),
            required_on_create: vec![Field::Phone],
            undefined_custom_field: UndefinedCustomField::default(),
            custom_fields_update: CustomFieldsUpdate::default(),
            clearing: Clearing::default(),
            empty_fields: EmptyFields::default(),
            list_order: ListOrder::default(),
            page_beyond_end: PageBeyondEnd::default(),
            delete_answer: DeleteAnswer::default(),
            update_answer: UpdateAnswer::default(),
            max_body_bytes: None,
            reuse_ids: false,
        }
    }
}

/// Declares an enum of alternatives that travels as `snake_case` text and defaults to its first one.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $(#[$first_doc:meta])* $first:ident, $($(#[$other_doc:meta])* $other:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $(#[$first_doc])*
            #[default]
            $first,
            $($(#[$other_doc])* $other,)+
        }
    };
}

choice! {
    /// Where the summary of a bulk call stands.
    BulkPlace {
        /// Beside `status`.
        Top,
        /// Under `data`.
        Data,
        /// Under `summary`.
        Summary,
        /// Nowhere: the answer is a success that says nothing about any row.
        Nowhere,
    }
}
choice! {
    /// How a bulk summary shows the rows that worked.
    BulkRows {
        /// `created` and `updated` are numbers.
        Counts,
        /// `created` and `updated` are lists of contacts with their ids.
        Contacts,
    }
}
choice! {
    /// How a bulk summary shows the rows that failed.
    BulkFailures {
        /// `failed` is a number, and `errors` names rows by their index in the request (from 0).
        ByIndex,
        /// `failed` is a number, and `errors` names rows by their phone.
        ByPhone,
        /// `failed` is itself the list, with index, phone and message.
        FailedList,
        /// `failed` is a number and nothing names the rows.
        Unnamed,
    }
}
choice! {
    /// What a bulk update does to fields its row leaves out.
    BulkOmitted {
        /// They stay.
        Keep,
        /// They are cleared: the row replaces the contact.
        Clear,
    }
}
choice! {
    /// What one bad row does to its bulk call.
    BadBulkRow {
        /// It fails alone.
        FailsAlone,
        /// The whole call is refused with 422 and nothing is written.
        FailsAll,
    }
}
choice! {
    /// How a bulk call over the documented 5,000 rows is refused.
    TooManyRows {
        /// With 422.
        Unprocessable,
        /// With 413.
        TooLarge,
    }
}
choice! {
    /// What happens when a phone is given that another contact has.
    ExistingPhone {
        /// Two contacts share it.
        Allow,
        /// Refused with 409.
        Conflict,
        /// Refused with 422.
        Unprocessable,
    }
}
choice! {
    /// What an undefined custom field does to a write.
    UndefinedCustomField {
        /// Refused with 422.
        Unprocessable,
        /// Refused with 400.
        BadRequest,
        /// Dropped without a word.
        Drop,
    }
}
choice! {
    /// What `custom_fields` in an update does to the keys it leaves out.
    CustomFieldsUpdate {
        /// They stay.
        Merge,
        /// They go.
        Replace,
    }
}
choice! {
    /// Which values clear a field in an update; the others are ignored without a word.
    Clearing {
        /// Both null and the empty text.
        Both,
        /// Only null.
        Null,
        /// Only the empty text.
        Empty,
        /// Nothing clears a field.
        Never,
    }
}
choice! {
    /// How an answer shows a field without a value.
    EmptyFields {
        /// As null.
        Null,
        /// As the empty text.
        EmptyText,
        /// Not at all.
        Absent,
    }
}
choice! {
    /// The order of a list.
    ListOrder {
        /// By id, the first contact first.
        OldestFirst,
        /// By id, the last contact first; a contact made during a walk pushes a row onto the next page.
        NewestFirst,
    }
}
choice! {
    /// What a page after the last one answers. Page 1 of an empty list is always a plain empty page.
    PageBeyondEnd {
        /// 200 without rows.
        Empty,
        /// 404.
        NotFound,
    }
}
choice! {
    /// What DELETE answers.
    DeleteAnswer {
        /// 200 with a JSON body.
        Body,
        /// 204.
        NoContent,
        /// 200 without a body.
        EmptyBody,
    }
}
choice! {
    /// What PUT answers.
    UpdateAnswer {
        /// The contact as it now is.
        Contact,
        /// A status and no data.
        StatusOnly,
    }
}
