public import Tegata

/// Fetches public files of services that the operator named: small enough, soon enough, of the kind expected, and from exactly the
/// address asked for.
public struct Fetcher: Sendable {
    private let fromLoopback: Bool
    private let seconds: Double

    /// A fetcher for a service.
    ///
    /// - Parameters:
    ///   - fromLoopback: whether the service itself runs on loopback: only then it may ask this machine, in the open.
    ///   - seconds: how long one answer may take, to its last byte.
    public init(fromLoopback: Bool, seconds: Double = 10) {
        self.fromLoopback = fromLoopback
        self.seconds = seconds
    }

    /// The text at `address`.
    ///
    /// - Parameters:
    ///   - address: where; see `isAllowed(_:fromLoopback:)`.
    ///   - limit: the most bytes that are read.
    ///   - types: the media types that will do, in lower case.
    /// - Returns: the text.
    /// - Throws: `unauthorized` for an address that may not be asked, and then nothing has left this process; `unavailable` for
    ///   every other answer than 200, a redirect among them, and for none in time; `typeMismatch` for another media type;
    ///   `limitExceeded`, `malformed` for broken UTF-8.
    public func text(
        at address: String, limit: Int, types: [String]
    ) async throws(Refusal) -> String {
        let answer: OutboundHTTP.Answer
        do throws(Refusal) {
            answer = try await OutboundHTTP(limit: limit, seconds: seconds)
                .send("GET", address, acceptsLoopback: fromLoopback)
        } catch {
            switch error {
            case .issuerUntrusted: throw .unauthorized
            case .limitExceeded: throw .limitExceeded
            default: throw .unavailable
            }
        }
        guard answer.status == 200 else { throw .unavailable }
        guard types.contains(answer.type) else { throw .typeMismatch }
        guard let text = String(validating: answer.body, as: UTF8.self) else { throw .malformed }
        return text
    }

    /// Whether a service may ask `address`: as `OutboundHTTP.Target` judges.
    public static func isAllowed(_ address: String, fromLoopback: Bool) -> Bool {
        (try? OutboundHTTP.Target(address, acceptsLoopback: fromLoopback)) != nil
    }
}
