/// What is wrong with an archive, and where: for the operator who has to find a better copy of exactly that.
///
/// Parts, chunks and shares are counted as they were handed in, from 0; a share that is wrong may lie about its number.
@nonexhaustive
public enum ArchiveFault: Error, Equatable {
    /// This line of a share's printed text is mistyped; 0 when it is no share at all.
    case badLine(Int)
    /// Too few good shares; `bad` are the others.
    case tooFewShares(good: Int, needed: Int, bad: [Int])
    /// The manifest of this part is not signed as it must be, or says what cannot be.
    case badManifest(part: Int, Refusal)
    /// This part does not follow the one before: one is missing, or it belongs to another archive.
    case outOfOrder(part: Int)
    /// The file's beginning is not what the manifest names.
    case badHeader(part: Int)
    /// This chunk of the file was changed, or stood elsewhere.
    case badChunk(part: Int, chunk: Int)
    /// The file ends within this chunk, or before it.
    case truncated(part: Int, chunk: Int)
    /// The file has more bytes than were written.
    case appended(part: Int)
    /// The card key lies in a module and is not in the archive: to go on takes that module, or a new key.
    case keyElsewhere
    /// The keys are not those of the part that this one should follow: begin a new archive.
    case keysChanged
    /// The keys inside are not those of the manifest or of the issuer's profile, or cannot be archived: names, sizes, a withdrawn one.
    case badKeys
    /// This record is none: whoever wrote the archive wrote it wrongly.
    case badRecord(UInt64)
    /// The records do not give the root that the manifest names, or the journal's head.
    case badRoot(part: Int)
    /// There are other numbers of cards than the manifest says.
    case badCounts(part: Int)
    /// The archive ends before the log that was published: a newer part exists.
    case rolledBack(archived: UInt64, published: UInt64)
    /// The archive has other records than were published.
    case forked(size: UInt64)
    /// The published checkpoint is not this issuer's.
    case badCheckpoint
    /// The journal that should be filled has records.
    case notEmpty
    /// What was to be read or written could not be.
    case storage(String)
}

extension ArchiveFault: CustomStringConvertible {
    /// A sentence for the operator.
    public var description: String {
        switch self {
        case .badLine(0): "this is no share of an archive's key"
        case .badLine(let line): "line \(line) of the share is mistyped"
        case .tooFewShares(let good, let needed, let bad):
            "\(good) good shares, \(needed) are needed"
                + (bad.isEmpty ? "" : "; wrong: \(bad.map { "№ \($0)" }.joined(separator: ", "))")
        case .badManifest(let part, let reason):
            "the manifest of part \(part) is refused: \(reason.rawValue)"
        case .outOfOrder(let part): "part \(part) does not follow the part before it"
        case .badHeader(let part): "the header of part \(part) was changed"
        case .badChunk(let part, let chunk): "chunk \(chunk) of part \(part) was changed"
        case .truncated(let part, let chunk): "part \(part) ends within chunk \(chunk)"
        case .appended(let part): "part \(part) has bytes after its end"
        case .keyElsewhere:
            "the card key lies in a module and is not in the archive: bring the module, or a new key"
        case .keysChanged: "the keys are not those of the first part: begin a new archive"
        case .badKeys: "the keys in the archive are not those of its manifests and of the issuer"
        case .badRecord(let number): "record \(number) cannot be read"
        case .badRoot(let part): "the records of part \(part) do not give its root"
        case .badCounts(let part): "part \(part) does not have the cards that its manifest counts"
        case .rolledBack(let archived, let published):
            "the archive has \(archived) records, but \(published) were published: bring the newer parts"
        case .forked(let size): "the archive's first \(size) records are not those published"
        case .badCheckpoint: "the published checkpoint is not this issuer's"
        case .notEmpty: "the journal to restore into is not empty"
        case .storage(let reason): reason
        }
    }
}

extension ArchiveFault {
    /// The stable reason, without place or number: what the vectors of other implementations say too.
    public var reason: String {
        switch self {
        case .badLine: "bad_line"
        case .tooFewShares: "too_few_shares"
        case .badManifest: "bad_manifest"
        case .outOfOrder: "out_of_order"
        case .badHeader: "bad_header"
        case .badChunk: "bad_chunk"
        case .truncated: "truncated"
        case .appended: "appended"
        case .keyElsewhere: "key_elsewhere"
        case .keysChanged: "keys_changed"
        case .badKeys: "bad_keys"
        case .badRecord: "bad_record"
        case .badRoot: "bad_root"
        case .badCounts: "bad_counts"
        case .rolledBack: "rolled_back"
        case .forked: "forked"
        case .badCheckpoint: "bad_checkpoint"
        case .notEmpty: "not_empty"
        case .storage: "unavailable"
        }
    }
}
