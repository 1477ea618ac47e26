import Foundation
import FoundationNetworking
import Synchronization

/// Why a download from one server failed.
struct DownloadFailure: Error {
  let reason: String
}
