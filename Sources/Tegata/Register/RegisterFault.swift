/// Why an issuer's register has stopped: for the operator's eyes, never sent to a stranger, who is told `unavailable`.
@nonexhaustive
public enum RegisterFault: Error, Equatable, CustomStringConvertible {
    /// The storage cannot be reached or written.
    case storage(String)
    /// The record with this number is not what was written: restore it from a copy.
    case damaged(record: UInt64)
    /// The records do not give the root that the head names, or the head's checkpoint is not ours.
    case headInvalid
    /// The storage has fewer records than were published: an old copy has come back. Nothing is issued, so that no published
    /// serial is given again; restore the newer copy.
    case rolledBack(stored: UInt64, published: UInt64)
    /// The storage has other records than were published.
    case forked(size: UInt64)
    /// Fewer witnesses signed than must: what was committed is answered once they do.
    case witnesses(signed: Int, needed: Int)
    /// The log says that the register is at another site, or not yet at this one: this one writes nothing.
    case elsewhere(String?)
    /// The log's files cannot be written, or hold what is no checkpoint of this log.
    case publication(String)

    /// A sentence for the operator.
    public var description: String {
        switch self {
        case .storage(let reason): "the register's storage fails: \(reason)"
        case .damaged(let record): "record \(record) of the register is damaged"
        case .headInvalid: "the register's head does not fit its records"
        case .rolledBack(let stored, let published):
            "the register has \(stored) records, but \(published) were published: an old copy?"
        case .forked(let size): "the register's first \(size) records are not those published"
        case .witnesses(let signed, let needed):
            "\(signed) witnesses signed, \(needed) are needed"
        case .elsewhere(let site?): "the log says that the register is at \(site)"
        case .elsewhere(nil): "the log does not say yet that the register is at this site"
        case .publication(let reason): "the log cannot be published: \(reason)"
        }
    }
}
