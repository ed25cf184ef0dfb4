internal import Foundation
internal import ServiceKit
internal import Tegata

extension OutboundHTTP.Answer {
    /// Why a server refused: one of the stable reasons, or what its status says. Nothing else of its words is repeated.
    var reason: Refusal {
        struct Fault: Decodable {
            let error: String?
            let tegata_reason: String?
        }
        let fault = try? JSONDecoder().decode(Fault.self, from: Data(body))
        if let known = (fault?.tegata_reason ?? fault?.error).flatMap(Refusal.init(rawValue:)) {
            return known
        }
        switch status {
        case 401, 403: return .unauthorized
        case 404: return .unsupported
        case 410: return .expired
        case 500...: return .unavailable
        default: return .malformed
        }
    }
}
