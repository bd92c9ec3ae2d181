import type { Address } from '@holdfast/contract/types'
import type { ChargeRequest } from '@holdfast/core'

/*
 * What a purchaser's bank shows beside the amount: Level 2 and Level 3 data. All of it may be left out, and what the
 * rail's patterns would refuse is: a payment is never lost to the form of an address.
 */

/** How much the rail is told of an order beyond the payment: by what the acquirer has agreed to. */
export type AddendaLevel = 'none' | 'level2' | 'level3'

type Bag = Readonly<Record<string, unknown>>

/** The fields of a payment that tell of its order. */
export function addendaOf({ details }: Pick<ChargeRequest, 'details'>, level: AddendaLevel): Bag {
  if (!details || level === 'none') return {}
  const { purchaseOrder, deliveryAddress } = details
  const retailAddenda = filled({
    purchaseOrderNumber: fitting(purchaseOrder, /^[A-Za-z0-9.$@&/\\-]{1,17}$/),
    level3: level === 'level3' && deliveryAddress ? level3Of(deliveryAddress) : undefined,
  })
  return filled({ retailAddenda, shipTo: deliveryAddress ? shipToOf(deliveryAddress) : undefined })
}

function level3Of({ postalCode, country }: Address): Bag {
  return filled({ shipToAddressPostalCode: fitting(postalCode, postalCodes), shipToAddressCountryCode: alpha3Of(country) })
}

/** Without the recipient: a `fullName` is the card holder's, whom the vault alone may name. */
function shipToOf(address: Address): Bag {
  return filled({ shippingAddress: addressOf(address) })
}

const postalCodes = /^(?=.{3,12}$)[a-zA-Z0-9]+(?:-|\s?)[a-zA-Z0-9]+$/

function addressOf({ line1, line2, city, region, postalCode, country }: Address): Bag {
  return filled({
    line1: plain(line1), line2: plain(line2), city: fitting(city, /^[\p{L}'. ]{1,40}$/u),
    state: fitting(region, /^[A-Za-z]{2,3}$/), postalCode: fitting(postalCode, postalCodes), countryCode: alpha3Of(country),
  })
}

const fitting = (text: string | null | undefined, pattern: RegExp): string | undefined =>
  (text !== null && text !== undefined && pattern.test(text) ? text : undefined)

/** As a line of the rail's: 40 characters, none that its pattern refuses. */
const plain = (text: string | null): string | undefined =>
  text?.replace(/[<>{}]/g, '').slice(0, 40).toWellFormed().trim() || undefined

function filled<T extends Bag>(bag: T): Bag {
  return Object.fromEntries(Object.entries(bag).filter(([, value]) =>
    value !== undefined && !(typeof value === 'object' && Object.keys(value as object).length === 0)))
}

/** ISO 3166-1: alpha-2 with its alpha-3. */
const alpha3 = new Map((
  'ADAND AEARE AFAFG AGATG AIAIA ALALB AMARM AOAGO AQATA ARARG ASASM ATAUT AUAUS AWABW AXALA AZAZE BABIH BBBRB BDBGD BEBEL '
  + 'BFBFA BGBGR BHBHR BIBDI BJBEN BLBLM BMBMU BNBRN BOBOL BQBES BRBRA BSBHS BTBTN BVBVT BWBWA BYBLR BZBLZ CACAN CCCCK CDCOD '
  + 'CFCAF CGCOG CHCHE CICIV CKCOK CLCHL CMCMR CNCHN COCOL CRCRI CUCUB CVCPV CWCUW CXCXR CYCYP CZCZE DEDEU DJDJI DKDNK DMDMA '
  + 'DODOM DZDZA ECECU EEEST EGEGY EHESH ERERI ESESP ETETH FIFIN FJFJI FKFLK FMFSM FOFRO FRFRA GAGAB GBGBR GDGRD GEGEO GFGUF '
  + 'GGGGY GHGHA GIGIB GLGRL GMGMB GNGIN GPGLP GQGNQ GRGRC GSSGS GTGTM GUGUM GWGNB GYGUY HKHKG HMHMD HNHND HRHRV HTHTI HUHUN '
  + 'IDIDN IEIRL ILISR IMIMN ININD IOIOT IQIRQ IRIRN ISISL ITITA JEJEY JMJAM JOJOR JPJPN KEKEN KGKGZ KHKHM KIKIR KMCOM KNKNA '
  + 'KPPRK KRKOR KWKWT KYCYM KZKAZ LALAO LBLBN LCLCA LILIE LKLKA LRLBR LSLSO LTLTU LULUX LVLVA LYLBY MAMAR MCMCO MDMDA MEMNE '
  + 'MFMAF MGMDG MHMHL MKMKD MLMLI MMMMR MNMNG MOMAC MPMNP MQMTQ MRMRT MSMSR MTMLT MUMUS MVMDV MWMWI MXMEX MYMYS MZMOZ NANAM '
  + 'NCNCL NENER NFNFK NGNGA NINIC NLNLD NONOR NPNPL NRNRU NUNIU NZNZL OMOMN PAPAN PEPER PFPYF PGPNG PHPHL PKPAK PLPOL PMSPM '
  + 'PNPCN PRPRI PSPSE PTPRT PWPLW PYPRY QAQAT REREU ROROU RSSRB RURUS RWRWA SASAU SBSLB SCSYC SDSDN SESWE SGSGP SHSHN SISVN '
  + 'SJSJM SKSVK SLSLE SMSMR SNSEN SOSOM SRSUR SSSSD STSTP SVSLV SXSXM SYSYR SZSWZ TCTCA TDTCD TFATF TGTGO THTHA TJTJK TKTKL '
  + 'TLTLS TMTKM TNTUN TOTON TRTUR TTTTO TVTUV TWTWN TZTZA UAUKR UGUGA UMUMI USUSA UYURY UZUZB VAVAT VCVCT VEVEN VGVGB VIVIR '
  + 'VNVNM VUVUT WFWLF WSWSM YEYEM YTMYT ZAZAF ZMZMB ZWZWE').split(' ').map((pair) => [pair.slice(0, 2), pair.slice(2)]))

/** A country's code of three letters; undefined for what ISO 3166 does not have. */
export function alpha3Of(country: string): string | undefined {
  return alpha3.get(country)
}
