//! The part of a link's head that nobody looks for by itself, in two columns: a number of flags, and a blob that holds
//! both hashes and behind them what hardly any link has. Nothing else reads or writes them.

use crate::error::Fault;
use crate::values::At;
use jiff::Timestamp;
use model::{BySide, LinkStatus, RowHash, Side};

/// In the flags: out of scope.
pub(crate) const DORMANT: i64 = 1;
/// Values that nobody has read back.
const UNCONFIRMED: BySide<i64> = BySide { justcall: 2, crm: 4 };
/// The blob holds the number's extension.
const EXTENSION: i64 = 8;
/// The blob holds when our own write created the record.
const CREATED: BySide<i64> = BySide { justcall: 16, crm: 32 };
/// Above these bits: the schema.
const SCHEMA_SHIFT: u8 = 8;
const KNOWN_BITS: i64 = 0b11_1111;

/// What the two columns hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PackedHead {
    pub(crate) schema: i64,
    pub(crate) status: LinkStatus,
    pub(crate) unconfirmed: BySide<bool>,
    pub(crate) hashes: BySide<RowHash>,
    /// As [`model::PhoneKey::to_parts`] gives it.
    pub(crate) extension: u64,
    pub(crate) created_at: BySide<Option<Timestamp>>,
}

impl PackedHead {
    /// The flags; the blob is appended.
    pub(crate) fn encode(&self, blob: &mut Vec<u8>) -> i64 {
        let mut flags = self.schema << SCHEMA_SHIFT;
        let mut push = |value: u64| blob.extend_from_slice(&value.to_be_bytes());
        push(self.hashes.justcall.0);
        push(self.hashes.crm.0);
        if self.status == LinkStatus::Dormant {
            flags |= DORMANT;
        }
        if self.extension != 0 {
            flags |= EXTENSION;
            push(self.extension);
        }
        for side in Side::BOTH {
            if self.unconfirmed[side] {
                flags |= UNCONFIRMED[side];
            }
            if let Some(at) = self.created_at[side] {
                flags |= CREATED[side];
                push(At(at).to_i64().cast_unsigned());
            }
        }
        flags
    }

    /// Anything but what [`PackedHead::encode`] makes is damage.
    #[inline]
    pub(crate) fn decode(flags: i64, mut blob: &[u8]) -> Result<Self, Fault> {
        let mut take = || {
            let (first, rest) = blob.split_first_chunk::<8>().ok_or_else(damaged)?;
            blob = rest;
            Ok::<u64, Fault>(u64::from_be_bytes(*first))
        };
        let hashes = BySide { justcall: RowHash(take()?), crm: RowHash(take()?) };
        let extension = if flags & EXTENSION == 0 { 0 } else { take()? };
        let mut created_at = BySide::default();
        for side in Side::BOTH {
            if flags & CREATED[side] != 0 {
                let nanoseconds = i128::from(take()?.cast_signed());
                created_at[side] = Some(Timestamp::from_nanosecond(nanoseconds).map_err(|_| damaged())?);
            }
        }
        let is_empty_extension = flags & EXTENSION != 0 && extension == 0;
        if !blob.is_empty() || is_empty_extension || flags & 0xff & !KNOWN_BITS != 0 {
            return Err(damaged());
        }
        Ok(Self {
            schema: schema(flags),
            status: if flags & DORMANT == 0 { LinkStatus::Active } else { LinkStatus::Dormant },
            unconfirmed: UNCONFIRMED.map(|bit| flags & bit != 0),
            hashes,
            extension,
            created_at,
        })
    }
}

/// The schema that a link's base stands under.
const fn schema(flags: i64) -> i64 {
    flags >> SCHEMA_SHIFT
}

fn damaged() -> Fault {
    Fault::corrupt("a link cannot be read")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn heads() -> impl Strategy<Value = PackedHead> {
        let both = || (any::<bool>(), any::<bool>()).prop_map(|(justcall, crm)| BySide { justcall, crm });
        let time = || prop::option::of(any::<i64>().prop_map(|at| Timestamp::from_nanosecond(at.into()).unwrap()));
        let times = (time(), time()).prop_map(|(justcall, crm)| BySide { justcall, crm });
        let hashes =
            (any::<u64>(), any::<u64>()).prop_map(|(one, two)| BySide { justcall: RowHash(one), crm: RowHash(two) });
        let extension = prop_oneof![Just(0), any::<u64>()];
        (1..1_000_000i64, any::<bool>(), both(), hashes, extension, times).prop_map(
            |(schema, dormant, unconfirmed, hashes, extension, created_at)| PackedHead {
                schema,
                status: if dormant { LinkStatus::Dormant } else { LinkStatus::Active },
                unconfirmed,
                hashes,
                extension,
                created_at,
            },
        )
    }

    proptest! {
        #[test]
        fn what_is_packed_comes_back(head in heads()) {
            let mut blob = Vec::new();
            let flags = head.encode(&mut blob);
            prop_assert_eq!(PackedHead::decode(flags, &blob).unwrap(), head);
            // A byte more, a byte less, or a flag that nobody set, is damage.
            blob.push(0);
            prop_assert!(PackedHead::decode(flags, &blob).is_err());
            prop_assert!(PackedHead::decode(flags, &blob[..blob.len() - 2]).is_err());
            blob.pop();
            prop_assert!(PackedHead::decode(flags | 64, &blob).is_err());
            if head.extension == 0 {
                blob.splice(16..16, [0; 8]);
                prop_assert!(PackedHead::decode(flags | EXTENSION, &blob).is_err());
            }
        }
    }
}
