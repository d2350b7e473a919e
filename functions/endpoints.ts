import type { Services } from "../shared/acts/services.ts";
import type { Endpoint } from "../shared/http/endpoint.ts";
import type { Route } from "../shared/http/message.ts";
import { bind } from "../shared/http/pipeline.ts";
import { readActivity } from "./activity/read.ts";
import { describeProblem } from "./anonymous/describeProblem.ts";
import { health } from "./anonymous/health.ts";
import { listProblems } from "./anonymous/listProblems.ts";
import { notConfigured } from "./anonymous/notConfigured.ts";
import { openApi } from "./anonymous/openApi.ts";
import { ready } from "./anonymous/ready.ts";
import { unknown } from "./anonymous/unknown.ts";
import { choosePolicy } from "./backup/choosePolicy.ts";
import { disableBackup } from "./backup/disable.ts";
import { enableBackup } from "./backup/enable.ts";
import { liftFreeze } from "./backup/liftFreeze.ts";
import { listVersions } from "./backup/listVersions.ts";
import { readKey } from "./backup/readKey.ts";
import { readPolicy } from "./backup/readPolicy.ts";
import { readStatus } from "./backup/readStatus.ts";
import { refreshBackup } from "./backup/refresh.ts";
import { removeRecoveryKey } from "./backup/removeRecoveryKey.ts";
import { restoreVersion } from "./backup/restore.ts";
import { setRecoveryKey } from "./backup/setRecoveryKey.ts";
import { uploadBackup } from "./backup/upload.ts";
import { activateAccount } from "./challenges/activate.ts";
import { answerPush } from "./challenges/answerPush.ts";
import { beginChallenge } from "./challenges/begin.ts";
import { cancelChallenge } from "./challenges/cancel.ts";
import { giveCode } from "./challenges/giveCode.ts";
import { readChallengeState } from "./challenges/read.ts";
import { registerAccountKey } from "./challenges/registerKey.ts";
import { sendCodeOfChallenge } from "./challenges/sendCode.ts";
import { sendPushAgain } from "./challenges/sendPush.ts";
import { signInToAccount } from "./challenges/signIn.ts";
import { addContact } from "./contacts/add.ts";
import { confirmContact } from "./contacts/confirm.ts";
import { listOwnContacts } from "./contacts/list.ts";
import { removeContact } from "./contacts/remove.ts";
import { sendContactCode } from "./contacts/sendCode.ts";
import { listDevices } from "./devices/list.ts";
import { registerDevice } from "./devices/register.ts";
import { revokeDevice } from "./devices/revoke.ts";
import { setPushToken } from "./devices/setPushToken.ts";
import { eraseOwner } from "./me/erase.ts";
import { exportOwner } from "./me/export.ts";
import { exportNextPage } from "./me/exportNext.ts";
import { closeTexts } from "./operations/closeTexts.ts";
import { readOperations } from "./operations/readStatus.ts";
import { requeueNotices } from "./operations/requeueNotices.ts";
import { rewrapKeys } from "./operations/rewrap.ts";
import { sweepNotices } from "./operations/sweep.ts";
import { cancelProviderActivation } from "./provider/cancel.ts";
import { issueProviderActivation } from "./provider/issue.ts";
import { readProviderActivation } from "./provider/readActivation.ts";
import { readProviderCredential } from "./provider/readCredential.ts";
import { revokeProviderCredential } from "./provider/revokeCredential.ts";
import { verifyProviderCode } from "./provider/verifyCode.ts";
import { approveRecovery } from "./recoveries/approve.ts";
import { beginRecovery } from "./recoveries/begin.ts";
import { cancelRecovery } from "./recoveries/cancel.ts";
import { denyRecovery } from "./recoveries/deny.ts";
import { openRecovery } from "./recoveries/open.ts";
import { previewRecovery } from "./recoveries/preview.ts";
import { readRecoveryState } from "./recoveries/read.ts";

/** All endpoints of the service. */
export const endpoints: readonly Endpoint[] = [
  registerDevice,
  listDevices,
  revokeDevice,
  setPushToken,
  enableBackup,
  readStatus,
  uploadBackup,
  disableBackup,
  readKey,
  refreshBackup,
  listVersions,
  restoreVersion,
  readPolicy,
  choosePolicy,
  setRecoveryKey,
  removeRecoveryKey,
  liftFreeze,
  previewRecovery,
  beginRecovery,
  readRecoveryState,
  openRecovery,
  cancelRecovery,
  approveRecovery,
  denyRecovery,
  beginChallenge,
  readChallengeState,
  cancelChallenge,
  signInToAccount,
  sendCodeOfChallenge,
  giveCode,
  activateAccount,
  registerAccountKey,
  sendPushAgain,
  answerPush,
  addContact,
  sendContactCode,
  confirmContact,
  listOwnContacts,
  removeContact,
  readActivity,
  exportOwner,
  exportNextPage,
  eraseOwner,
  issueProviderActivation,
  readProviderActivation,
  cancelProviderActivation,
  readProviderCredential,
  revokeProviderCredential,
  verifyProviderCode,
  readOperations,
  sweepNotices,
  rewrapKeys,
  requeueNotices,
  closeTexts,
  health,
  ready,
  describeProblem,
  listProblems,
  openApi,
];

/** Without TRACE and CONNECT: the worker's library throws on them, and the caller would get an empty 500. */
const ALL_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** What a host serves: every endpoint, and the one that answers what none of them takes. */
export function routesOf(services: Services): Route[] {
  return [
    ...endpoints.map((endpoint) => bind(endpoint, services)),
    { ...bind(unknown(endpoints), services), methods: ALL_METHODS },
  ];
}

/** What a host serves where the service can't start. */
export function routesWithoutService(started: Pick<Services, "system" | "log">): Route[] {
  // It asks no port, of which there are none. Without an origin its problems have relative addresses.
  const services = { ...started, config: { publicOrigin: "", stepUpMaxAge: 0 } } as Services;
  return [{ ...bind(notConfigured, services), methods: ALL_METHODS }];
}
