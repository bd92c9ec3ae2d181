import type { AnyRoute } from '../http/route.ts'
import apiKeysCreate from './apiKeys.create.ts'
import apiKeysList from './apiKeys.list.ts'
import apiKeysRotate from './apiKeys.rotate.ts'
import apiKeysRevoke from './apiKeys.revoke.ts'
import checkoutCancelAttempt from './checkout.cancelAttempt.ts'
import checkoutCheck from './checkout.check.ts'
import checkoutConfirm from './checkout.confirm.ts'
import checkoutAddressFormat from './checkout.addressFormat.ts'
import checkoutDetails from './checkout.details.ts'
import checkoutFrameTicket from './checkout.frameTicket.ts'
import checkoutRemoveSavedCard from './checkout.removeSavedCard.ts'
import checkoutRetrieve from './checkout.retrieve.ts'
import checkoutSavedCardToken from './checkout.savedCardToken.ts'
import checkoutWalletCard from './checkout.walletCard.ts'
import checkoutWalletSession from './checkout.walletSession.ts'
import clockAdvance from './clock.advance.ts'
import clockRetrieve from './clock.retrieve.ts'
import disputesList from './disputes.list.ts'
import disputesOpen from './disputes.open.ts'
import disputesRetrieve from './disputes.retrieve.ts'
import disputesWithdraw from './disputes.withdraw.ts'
import escrowsAccept from './escrows.accept.ts'
import escrowsDeliver from './escrows.deliver.ts'
import escrowsList from './escrows.list.ts'
import escrowsRelease from './escrows.release.ts'
import escrowsRetrieve from './escrows.retrieve.ts'
import eventsList from './events.list.ts'
import eventsRetrieve from './events.retrieve.ts'
import ledgerAccounts from './ledger.accounts.ts'
import ledgerTransfers from './ledger.transfers.ts'
import ledgerTrialBalance from './ledger.trialBalance.ts'
import ledgerVerification from './ledger.verification.ts'
import marketplaceKeys from './marketplace.keys.ts'
import marketplaceRetrieve from './marketplace.retrieve.ts'
import marketplaceUpdate from './marketplace.update.ts'
import operatorTopUp from './operator.topUp.ts'
import operatorWithdraw from './operator.withdraw.ts'
import orderAccept from './order.accept.ts'
import orderDispute from './order.dispute.ts'
import orderRetrieve from './order.retrieve.ts'
import ordersCancel from './orders.cancel.ts'
import ordersCreateBuyerLink from './orders.createBuyerLink.ts'
import ordersList from './orders.list.ts'
import ordersRetrieve from './orders.retrieve.ts'
import paymentLinksCreate from './paymentLinks.create.ts'
import paymentLinksDeactivate from './paymentLinks.deactivate.ts'
import paymentLinksList from './paymentLinks.list.ts'
import paymentLinksOpen from './paymentLinks.open.ts'
import paymentLinksRetrieve from './paymentLinks.retrieve.ts'
import paymentsCapture from './payments.capture.ts'
import paymentsList from './payments.list.ts'
import paymentsRetrieve from './payments.retrieve.ts'
import paymentsVoid from './payments.void.ts'
import payoutsCreate from './payouts.create.ts'
import payoutsList from './payouts.list.ts'
import payoutsRetrieve from './payouts.retrieve.ts'
import refundsCreate from './refunds.create.ts'
import refundsList from './refunds.list.ts'
import refundsRetrieve from './refunds.retrieve.ts'
import releasesList from './releases.list.ts'
import savedCardsList from './savedCards.list.ts'
import savedCardsRemove from './savedCards.remove.ts'
import savedCardsRetrieve from './savedCards.retrieve.ts'
import sellersBalances from './sellers.balances.ts'
import sellersCreate from './sellers.create.ts'
import sellersList from './sellers.list.ts'
import sellersRetrieve from './sellers.retrieve.ts'
import sellersUpdate from './sellers.update.ts'
import sessionsCancel from './sessions.cancel.ts'
import sessionsCreate from './sessions.create.ts'
import sessionsExpire from './sessions.expire.ts'
import sessionsList from './sessions.list.ts'
import sessionsRetrieve from './sessions.retrieve.ts'
import sessionsUpdate from './sessions.update.ts'
import settlementsImport from './settlements.import.ts'
import settlementsLines from './settlements.lines.ts'
import settlementsList from './settlements.list.ts'
import settlementsRetrieve from './settlements.retrieve.ts'
import webhookDeliveriesList from './webhookDeliveries.list.ts'
import webhookDeliveriesRetrieve from './webhookDeliveries.retrieve.ts'
import webhookEndpointsCreate from './webhookEndpoints.create.ts'
import webhookEndpointsDelete from './webhookEndpoints.delete.ts'
import webhookEndpointsDisable from './webhookEndpoints.disable.ts'
import webhookEndpointsEnable from './webhookEndpoints.enable.ts'
import webhookEndpointsList from './webhookEndpoints.list.ts'
import webhookEndpointsReplay from './webhookEndpoints.replay.ts'
import webhookEndpointsRetrieve from './webhookEndpoints.retrieve.ts'
import webhookEndpointsRotateSecret from './webhookEndpoints.rotateSecret.ts'
import webhookEndpointsUpdate from './webhookEndpoints.update.ts'

/** Every call that is answered; each name stands in the contract's table. */
export const routes: readonly AnyRoute[] = [
  marketplaceRetrieve, marketplaceUpdate, marketplaceKeys,
  apiKeysCreate, apiKeysList, apiKeysRotate, apiKeysRevoke,
  sellersCreate, sellersRetrieve, sellersUpdate, sellersList,
  eventsList, eventsRetrieve,
  clockRetrieve, clockAdvance,
  sellersBalances,
  sessionsCreate, sessionsRetrieve, sessionsUpdate, sessionsExpire, sessionsCancel, sessionsList,
  checkoutRetrieve, checkoutDetails, checkoutAddressFormat, checkoutFrameTicket, checkoutWalletSession, checkoutWalletCard,
  checkoutSavedCardToken, checkoutRemoveSavedCard, checkoutConfirm, checkoutCheck, checkoutCancelAttempt,
  savedCardsRetrieve, savedCardsRemove, savedCardsList,
  paymentLinksCreate, paymentLinksRetrieve, paymentLinksDeactivate, paymentLinksList, paymentLinksOpen,
  ordersRetrieve, ordersCancel, ordersList, ordersCreateBuyerLink,
  orderRetrieve, orderAccept, orderDispute,
  paymentsRetrieve, paymentsList, paymentsCapture, paymentsVoid,
  escrowsRetrieve, escrowsList, escrowsDeliver, escrowsAccept, escrowsRelease,
  releasesList,
  refundsCreate, refundsRetrieve, refundsList,
  disputesOpen, disputesWithdraw, disputesRetrieve, disputesList,
  payoutsCreate, payoutsRetrieve, payoutsList,
  settlementsImport, settlementsRetrieve, settlementsLines, settlementsList,
  operatorTopUp, operatorWithdraw,
  ledgerAccounts, ledgerTransfers, ledgerTrialBalance, ledgerVerification,
  webhookEndpointsCreate, webhookEndpointsRetrieve, webhookEndpointsUpdate, webhookEndpointsRotateSecret,
  webhookEndpointsDisable, webhookEndpointsEnable, webhookEndpointsReplay, webhookEndpointsDelete, webhookEndpointsList,
  webhookDeliveriesRetrieve, webhookDeliveriesList,
]
