internal import TegataCrypto

/// The first thing that an audit found wrong.
@nonexhaustive
public enum AuditFinding: Error, Equatable {
    /// A file that the log needs is not there.
    case missing(file: String)
    /// A file is not what it must be.
    case malformed(file: String)
    /// The checkpoint is not signed as the auditor asks, or is another log's.
    case checkpoint(LogError)
    /// The entries do not give the checkpoint's root; `entry` is the first that differs from the tree's files, where these
    /// are the checkpoint's.
    case rootMismatch(entry: UInt64?)
    /// The entry with this number cannot stand where it stands.
    case entry(UInt64, EntryFault)
    /// The public lists of an edition do not agree with the log.
    case lists(edition: String, ListFault)

    /// What is wrong with an entry.
    public enum EntryFault: String, Sendable {
        /// It has no known form.
        case malformed
        /// It belongs to an edition that was not announced before.
        case unknownEdition
        /// An edition is announced twice.
        case announcedTwice
        /// The issuer did not sign it, or it says something else than where it stands.
        case notSigned
        /// It makes more cards than the limit allows.
        case beyondLimit
        /// It lowers the limit below what was given, or brings a change out of order.
        case badChange
        /// A draw that was not announced, or whose seed or number of entrants is another; an entrant after it, a card
        /// before it.
        case badDraw
        /// Sessions that are no whole list, or that attestors and nodes did not all make for this edition.
        case badSessions
        /// An index that is settled twice, or whose proof about the sessions of its list does not hold.
        case badSettlement
        /// A relocation that issuer and council did not sign for this place in the log, or that does not follow the one before.
        case badRelocation
        /// An exception in no known form, or from a rule that the edition does not have, or twice for one member.
        case badException
        /// A change of the nodes that is not the next, or that does not follow from the keys before.
        case badNodes
        /// A count that its node did not sign, or that is below what it said before.
        case badCount
        /// It ends or resumes a card where none can be.
        case impossible
    }

    /// What is wrong with a pair of lists.
    public enum ListFault: String, Sendable {
        /// There is none.
        case missing
        /// They are not signed by the issuer, or speak of another edition.
        case notSigned
        /// They speak of more entries than the checkpoint, or of another root.
        case anotherLog
        /// A person's index or a commitment occurs twice, or is out of order.
        case notUnique
        /// Their lengths are not the number of cards in force.
        case count
        /// They name another limit, or another number of serials, than the log.
        case numbers
    }
}

extension AuditFinding: CustomStringConvertible {
    /// A sentence for people.
    public var description: String {
        switch self {
        case .missing(let file): "\(file) is not there"
        case .malformed(let file): "\(file) cannot be read"
        case .checkpoint(let error): "the checkpoint is not to be believed: \(error)"
        case .rootMismatch(let entry?):
            "the log was changed: entry \(entry) is not the one that was signed"
        case .rootMismatch(nil): "the log was changed: its entries do not give the signed root"
        case .entry(let number, let fault): "entry \(number): \(fault.sentence)"
        case .lists(let edition, let fault): "the lists of \(edition): \(fault.sentence)"
        }
    }
}

extension AuditFinding.EntryFault {
    fileprivate var sentence: String {
        switch self {
        case .malformed: "it has no known form"
        case .unknownEdition: "its edition was not announced before"
        case .announcedTwice: "its edition was announced before"
        case .notSigned: "the issuer did not sign it"
        case .beyondLimit: "one card more than the limit allows"
        case .badChange: "the limit cannot change like this"
        case .badDraw: "it does not belong to the draw that was announced"
        case .badSessions: "its sessions are no list of people attested for this edition"
        case .badSettlement: "it does not prove that one of the list's sessions is behind it"
        case .badRelocation: "the register cannot have moved like this"
        case .badException: "it declares an exception that there cannot be"
        case .badNodes: "the nodes cannot change like this"
        case .badCount: "no node of the edition can have counted this"
        case .impossible: "no card is there that it could be about"
        }
    }
}

extension AuditFinding.ListFault {
    fileprivate var sentence: String {
        switch self {
        case .missing: "there are none"
        case .notSigned: "the issuer did not sign them"
        case .anotherLog: "they belong to another log"
        case .notUnique: "somebody is in them twice"
        case .count: "they are not as long as there are cards"
        case .numbers: "they name other numbers than the log"
        }
    }
}
