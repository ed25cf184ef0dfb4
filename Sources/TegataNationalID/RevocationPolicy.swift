public import Tegata

/// Someone who knows which certificates are revoked: an accredited operator's service, or a test authority.
///
/// Whoever controls the answers decides which cards count; the library only insists that an answer is there.
public protocol RevocationSource: Sendable {
    /// What is known about the certificate with this serial number (big-endian) of the issuer with this DER name.
    ///
    /// - Parameters:
    ///   - serialNumber: 1 to 20 bytes, without leading zeros.
    ///   - issuer: the DER `Name` of the issuing authority.
    ///   - time: now, seconds since 1970.
    /// - Returns: the state with the source's name and the time it speaks of.
    /// - Throws: anything, when the source cannot be asked; the evidence is then refused as `unavailable`.
    func revocation(
        ofSerialNumber serialNumber: [UInt8], issuer: [UInt8], at time: Int64
    ) async throws -> Revocation
}

/// Which revocation states a verifier lets pass. There is no third choice, and none is made by leaving it out.
public struct RevocationPolicy: Sendable {
    private let source: (any RevocationSource)?
    private let acceptsNotChecked: Bool
    private let maximumAge: Int64

    /// Only certificates that `source` calls good, by an answer not older than `maximumAge` seconds (two days unless
    /// given). No answer, an old one, or one from the future is `unavailable`; a revoked certificate is
    /// `national_id_invalid`.
    public static func requireGood(
        from source: any RevocationSource, maximumAge: Int64 = 172_800
    ) -> RevocationPolicy {
        RevocationPolicy(source: source, acceptsNotChecked: false, maximumAge: maximumAge)
    }

    /// Nobody is asked, and every result says `notChecked`. For those whom the law keeps from asking (Japan opens its
    /// service to accredited operators only) and who accept that a reported-lost card still works.
    public static let acceptNotChecked = RevocationPolicy(
        source: nil, acceptsNotChecked: true, maximumAge: 0)

    func check(
        serialNumber: [UInt8], issuer: [UInt8], at time: Int64
    ) async throws(Refusal) -> Revocation {
        guard !acceptsNotChecked else { return Revocation(.notChecked, source: "", time: time) }
        guard let source,
            let answer = try? await source.revocation(
                ofSerialNumber: serialNumber, issuer: issuer, at: time)
        else { throw .unavailable }
        switch answer.state {
        case .revoked: throw .nationalIDInvalid
        case .notChecked: throw .unavailable
        case .good: break
        }
        // A minute of difference between two clocks is no lie.
        let (age, overflow) = time.subtractingReportingOverflow(answer.time)
        guard !overflow, (-60...maximumAge).contains(age) else { throw .unavailable }
        return answer
    }
}
