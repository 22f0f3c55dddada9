#include "convert/format/tnef-walk.h"

#define SIGNATURE_BYTES 6 /* and the key */
#define HEAD_BYTES 9      /* level, id, length */
#define SUM_BYTES 2

static const struct
{
  guint16 id;
  const char *name;
} names[] = {
  { 0x0000, "attOwner" },         { 0x0001, "attSentFor" },        { 0x0002, "attDelegate" },
  { 0x0006, "attDateStart" },     { 0x0007, "attDateEnd" },        { 0x0008, "attAidOwner" },
  { 0x0009, "attRequestRes" },    { 0x0600, "attOriginalMessageClass" },
  { 0x8000, "attFrom" },          { 0x8004, "attSubject" },        { 0x8005, "attDateSent" },
  { 0x8006, "attDateRecd" },      { 0x8007, "attMessageStatus" },  { 0x8008, "attMessageClass" },
  { 0x8009, "attMessageID" },     { 0x800A, "attParentID" },       { 0x800B, "attConversationID" },
  { 0x800C, "attBody" },          { 0x800D, "attPriority" },       { 0x800F, "attAttachData" },
  { 0x8010, "attAttachTitle" },   { 0x8011, "attAttachMetaFile" }, { 0x8012, "attAttachCreateDate" },
  { 0x8013, "attAttachModifyDate" }, { 0x8020, "attDateModified" },
  { 0x9001, "attAttachTransportFilename" }, { 0x9002, "attAttachRenddata" },
  { 0x9003, "attMsgProps" },      { 0x9004, "attRecipTable" },     { 0x9005, "attAttachment" },
  { 0x9006, "attTnefVersion" },   { 0x9007, "attOemCodepage" },
};

const char *
ist_tnef_attribute_name (guint16 id)
{
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (names[i].id == id)
      return names[i].name;
  return NULL;
}

static guint16
u16 (const guint8 *p)
{
  return (guint16) (p[0] | p[1] << 8);
}

IstTnefWalk
ist_tnef_walk_begin (const IstBody *body, gsize offset, gsize size_bytes)
{
  gsize whole;
  const char *data = ist_body_data (body, &whole);
  IstTnefWalk walk = { (const guint8 *) data, offset, offset, offset };

  g_return_val_if_fail (offset <= whole && size_bytes <= whole - offset, walk);
  walk.end = offset + size_bytes;
  walk.at = offset + MIN (size_bytes, SIGNATURE_BYTES);
  return walk;
}

/* The sum of all bytes of the data modulo 65,536. */
static IstTnefSum
check_sum (const IstTnefWalk *walk, const IstTnefAttribute *attribute)
{
  const guint8 *p = walk->data + attribute->offset;
  guint sum = 0;

  if (walk->end - attribute->offset - attribute->size_bytes < SUM_BYTES)
    return IST_TNEF_SUM_MISSING;
  for (gsize i = 0; i < attribute->size_bytes; i++)
    sum += p[i];
  return (sum & 0xFFFF) == u16 (p + attribute->size_bytes) ? IST_TNEF_SUM_GOOD : IST_TNEF_SUM_WRONG;
}

gboolean
ist_tnef_walk_next (IstTnefWalk *walk, IstTnefAttribute *attribute)
{
  const guint8 *p = walk->data + walk->at;

  if (walk->end - walk->at < HEAD_BYTES || (p[0] != 1 && p[0] != 2))
    return FALSE;
  attribute->level = p[0];
  attribute->id = u16 (p + 1);
  attribute->type = u16 (p + 3);
  attribute->declared_bytes = u16 (p + 5) | (guint32) u16 (p + 7) << 16;
  attribute->offset = walk->at + HEAD_BYTES;
  attribute->size_bytes = MIN (attribute->declared_bytes, walk->end - attribute->offset);
  attribute->sum = check_sum (walk, attribute);
  walk->at = attribute->offset + attribute->size_bytes;
  walk->at += MIN (SUM_BYTES, walk->end - walk->at);
  return TRUE;
}
